"""The sample commune: Long Môn in March 2024. Its places and its plan are real, its people and pupils invented.

Data only: `ralop demo` turns it into rows through the rules, as a real commune's come in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

YEAR = "2023-2024"
COMMUNE = "Long Môn"
CONTACT = "chị Thu, UBND xã: 0255 000 000"
SCHOOL = "Trường PTDTBT TH&THCS Long Môn"
VILLAGES = ("Cà Xen", "Làng Trê", "Làng Giữa")


@dataclass(frozen=True)
class Human:
    """Somebody of the commune. `of` names the village or class of the role; who has no `form` has not joined yet."""

    name: str
    role: str
    form: str = ""
    of: str = ""
    title: str = ""
    phone: str = ""
    key: str = ""
    organisation: str = ""


PEOPLE = (
    Human("Phạm Thị Thu", "official", "chị", title="Phó Chủ tịch xã", phone="0900000010", key="thu"),
    Human("Đinh Thị Hoa", "teacher", "cô", of="6A", phone="0900000004", key="hoa"),
    Human("Đinh Văn Rớt", "village_head", "bác", of="Cà Xen", phone="0900000005", key="rot"),
    Human("Đinh Văn Lập", "official", "anh", title="Chủ tịch Hội đồng nhân dân xã", phone="0900000011"),
    Human("Đinh Thị Xem", "front", "chị", title="Chủ tịch Mặt trận xã", phone="0900000012"),
    Human("Đinh Văn Bên", "organisation", "anh", title="Bí thư Đoàn xã", phone="0900000013", organisation="youth"),
    Human(
        "Phạm Thị Dung", "organisation", "chị", title="Chủ tịch Hội Phụ nữ xã", phone="0900000014", organisation="women"
    ),
    Human(
        "Đinh Văn Rơ",
        "organisation",
        "chú",
        title="Chủ tịch Hội Nông dân xã",
        phone="0900000015",
        organisation="farmers",
    ),
    Human(
        "Đinh Văn Dôn",
        "organisation",
        "bác",
        title="Chủ tịch Hội Cựu chiến binh xã",
        phone="0900000016",
        organisation="veterans",
    ),
    Human("Hồ Văn Tú", "police", "anh", title="Phó Trưởng Công an xã", phone="0900000017"),
    Human("Phạm Văn Sơn", "school", "thầy", title="Hiệu trưởng", phone="0900000018"),
    Human("Đinh Thị Hiền", "teacher", "cô", of="5A", phone="0900000019"),
    Human("Đinh Thị Na", "teacher", "cô", of="7A", phone="0900000020"),
    Human("Phạm Văn Minh", "teacher", "thầy", of="8B", phone="0900000021"),
    Human("Hồ Thị Phương", "teacher", "cô", of="9A", phone="0900000022"),
    Human("Đinh Văn Rin", "village_head", of="Làng Trê", phone="0900000001"),
    Human("Đinh Văn Vút", "village_head", "anh", of="Làng Giữa", phone="0900000003"),
    Human("Đinh Văn Nghĩa", "village_front", "chú", of="Cà Xen", phone="0900000006"),
    Human("Đinh Văn Tro", "village_front", of="Làng Trê", phone="0900000002"),
    Human("Đinh Văn Liêu", "village_front", "bác", of="Làng Giữa", phone="0900000007"),
    Human("Đinh Văn Lía", "parents", "anh", of="Cà Xen", phone="0900000008"),
    Human("Đinh Thị Nương", "parents", "chị", of="Làng Trê", phone="0900000009"),
)


@dataclass(frozen=True)
class Pupil:
    """One pupil, with what a school's roster says; the form that `rules/roster.py` takes."""

    name: str
    class_name: str
    village: str
    birth: date
    father: str = ""
    mother: str = ""
    row: int = 0
    sheet: str = ""
    code: None = None
    personal_id: None = None
    birth_year: None = None
    ethnicity: str = "Hrê"
    policy: str | None = None
    guardian: None = None
    phones: tuple[()] = ()
    status: None = None
    school: None = None
    export_id: None = None

    @property
    def sex(self) -> str:
        return "female" if " Thị " in f"{self.name} " else "male"


# Name, village (by place in VILLAGES), father, mother: those whom somebody may look for by more than the name.
KNOWN = {
    ("6A", "Đinh Thị An"): (0, "Đinh Văn Lía", "Đinh Thị Xót"),
    ("6A", "Hồ Văn An"): (1, "Hồ Văn Ven", "Hồ Thị Lý"),
    ("6A", "Phạm Văn Bình"): (0, "Phạm Văn Bảy", "Đinh Thị Rê"),
    ("6A", "Đinh Thị Chi"): (0, "Đinh Văn Chơ", "Đinh Thị Gươn"),
    ("5A", "Đinh Thị Xuân"): (2, "Đinh Văn Vút", ""),
    ("7A", "Đinh Thị Bê"): (1, "Đinh Văn Tro", ""),
    ("7A", "Đinh Văn Nghĩa"): (0, "", "Đinh Thị Mia"),
    ("7A", "Hồ Thị Mai"): (1, "Hồ Văn Rạ", ""),
    ("8B", "Đinh Thị Bé"): (0, "", "Đinh Thị Nương"),
    ("9A", "Đinh Văn Ngọc"): (0, "Đinh Văn Hùm", ""),
    ("9A", "Đinh Thị Loan"): (0, "Đinh Văn Rế", ""),
}

# Class -> (the year in which most of it were born, names).
CLASSES = {
    "5A": (
        2013,
        "Đinh Văn Ba, Đinh Thị Bưởi, Đinh Văn Diếp, Đinh Thị Gia, Đinh Văn Hêu, Hồ Thị Kim, Đinh Thị Lành, "
        "Đinh Văn Mút, Đinh Thị Ngân, Phạm Văn Phúc, Đinh Văn Rô, Đinh Thị Sương, Đinh Văn Tân, Đinh Thị Ve, "
        "Hồ Văn Việt, Đinh Thị Xuân, Đinh Văn Xơn, Đinh Thị Yên",
    ),
    "6A": (
        2012,
        "Đinh Thị An, Hồ Văn An, Phạm Văn Bình, Đinh Thị Chi, Đinh Văn Dút, Đinh Thị Đào, Đinh Văn Ế, Đinh Thị Gái, "
        "Đinh Văn Hà, Đinh Thị Hạ, Phạm Thị Hoa, Đinh Văn Khem, Đinh Thị Lan, Đinh Văn Liêu, Đinh Thị Mơ, "
        "Hồ Thị Mận, Đinh Văn Nam, Đinh Thị Nga, Đinh Văn Oanh, Phạm Thị Phượng, Đinh Văn Quý, Đinh Thị Rin, "
        "Đinh Văn Sơn, Đinh Thị Thủy, Hồ Văn Thanh, Đinh Thị Trà, Đinh Văn Ửng, Đinh Thị Vân, Đinh Văn Xiêm, "
        "Đinh Thị Y, Đinh Văn Ý",
    ),
    "7A": (
        2011,
        "Đinh Thị Bê, Đinh Văn Biên, Đinh Thị Dói, Đinh Văn Đem, Hồ Văn Giang, Đinh Thị Hiếu, Đinh Văn Huy, "
        "Đinh Thị Khuê, Đinh Văn Lâm, Hồ Thị Mai, Đinh Thị Miên, Đinh Văn Nghĩa, Phạm Thị Nhung, Đinh Văn Phôi, "
        "Đinh Thị Rây, Đinh Văn Sang, Đinh Thị Tâm, Đinh Văn Tiến, Đinh Thị Uyên, Phạm Văn Vinh, Đinh Thị Xinh",
    ),
    "8B": (
        2010,
        "Đinh Văn Ai, Đinh Thị Bé, Đinh Văn Cường, Đinh Thị Diệu, Hồ Văn Đông, Đinh Thị Ghi, Đinh Văn Hậu, "
        "Đinh Thị Hồng, Đinh Văn Kiên, Đinh Thị Lệ, Phạm Văn Luận, Đinh Thị Mỹ, Đinh Văn Nay, Hồ Thị Oanh, "
        "Đinh Văn Phi, Đinh Thị Quyên, Đinh Văn Rum, Đinh Thị Thơm, Đinh Văn Út",
    ),
    "9A": (
        2009,
        "Đinh Thị Ánh, Đinh Văn Bách, Phạm Thị Cúc, Đinh Văn Dũng, Đinh Thị Hằng, Đinh Văn Khôi, Đinh Thị Loan, "
        "Hồ Văn Mạnh, Đinh Văn Ngọc, Đinh Thị Nhi, Đinh Văn Phong, Đinh Thị Sen, Đinh Văn Thắng, Hồ Thị Trinh, "
        "Đinh Văn Tuấn, Đinh Thị Viên",
    ),
}


# Class -> who was absent on the last two school days, and why: em Chi is about to miss a third.
ABSENT_BEFORE = {
    "5A": (),
    "6A": (("Đinh Thị Chi", "unknown"),),
    "7A": (("Hồ Thị Mai", "unknown"), ("Đinh Văn Lâm", "ill")),
    "8B": (("Đinh Thị Bé", "fields"),),
    "9A": (),
}
DAYS_BEFORE = 2


def pupils() -> Iterator[Pupil]:
    """Every pupil of every class; the same ones each time."""
    for class_name, (year, names) in CLASSES.items():
        for row, name in enumerate(names.split(", "), start=1):
            village, father, mother = KNOWN.get((class_name, name), (row % len(VILLAGES), "", ""))
            born = date(year, row * 5 % 12 + 1, row * 11 % 28 + 1)
            yield Pupil(name, class_name, VILLAGES[village], born, father, mother, row, class_name)


# Plan 30/KH-UBND of 20/3/2024, II.4: the two meetings, as its table writes them.
PLAN_FILE = "ke-hoach-30-KH-UBND.md"
PLAN = """
Số: 30/KH-UBND

Long Môn, ngày 20 tháng 3 năm 2024

KẾ HOẠCH
Về việc tuyên truyền, vận động học sinh ra lớp, ngăn chặn học sinh bỏ học trên địa bàn xã Long Môn

I. MỤC ĐÍCH, YÊU CẦU

1. Mục đích:

- Để hạn chế thấp nhất tình trạng học sinh bỏ học giữa chừng và đi học giã gạo trên địa bàn xã.

II. THỜI GIAN, ĐỊA ĐIỂM VÀ THÀNH PHẦN

| TT | Thời gian | Địa điểm | Thành phần | Ghi chú |
|---|---|---|---|---|
| 1 | Lúc 18 giờ 30 phút, ngày 21/3/2024 (thứ 5) | Thôn Cà Xen | 1. Lãnh đạo ĐU, HĐND, UBND, UBMTTQVN xã<br>\
2. Giáo viên nhà trường và các tổ chức chính trị xã hội xã; đại diện Công an xã.<br>\
3. Ở thôn: Trưởng thôn, Trưởng BCT Mặt trận thôn.<br>4. Chi hội phụ huynh, học sinh. | |
| 2 | Lúc 18 giờ 30 phút, ngày 22/3/2024 (thứ 6) | Thôn Làng Trê và thôn Làng Giữa | \
1. Lãnh đạo ĐU, HĐND, UBND, UBMTTQVN xã<br>\
2. Giáo viên nhà trường và các tổ chức chính trị xã hội xã; đại diện Công an xã.<br>\
3. Ở thôn: Trưởng thôn, Trưởng BCT Mặt trận thôn.<br>4. Chi hội phụ huynh, học sinh. | |

III. TỔ CHỨC THỰC HIỆN

1. Trường PTDTBT TH&THCS xã và trường Mầm non xã:

- Phối hợp với cấp ủy, chính quyền địa phương triển khai thực hiện nội dung kế hoạch này.

- Thường xuyên theo dõi, báo cáo tình hình học sinh đến lớp về UBND xã để kịp thời phối hợp chỉ đạo thực hiện.

2. Đề nghị UBMTTQVN và các tổ chức chính trị - xã hội từ xã đến thôn đẩy mạnh công tác tuyên truyền đến hội viên, \
đoàn viên của mình có con em bỏ học vận động con cháu đến lớp.

Trên đây là Kế hoạch tuyên truyền, vận động học sinh ra lớp trên địa bàn xã. \
Yêu cầu các ban, ngành, trưởng thôn nghiêm túc thực hiện./.

Nơi nhận:

- TT. ĐU; HĐND xã;
- Mặt trận và các hội đoàn thể;
- Các ban, ngành của UBND xã;
- Các thôn;
- Lưu: VT.
"""
