"""Makes `templates/paper.docx`, the Word template of our papers: `python -m bot.reports.paper_template`.

The file is committed beside this script; an office copies it, changes it in Word, and names its folder in
PAPER_TEMPLATES. Layout: Nghị định 30/2020/NĐ-CP, Phụ lục I.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from bot.reports import flow
from bot.reports.measure import width_mm

DEFAULT = Path(__file__).parent / "templates" / "paper.docx"
TWIPS_A_MM = 1440 / 25.4
MADE_ON = (2024, 3, 20, 0, 0, 0)  # so that two runs make the same file
MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
NAMES = f'xmlns:w="{MAIN}" xmlns:r="{RELATED}"'
RIGHT_HALF_MM = 92.0
MOTTO = "Độc lập - Tự do - Hạnh phúc"

TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
CONTENT_TYPES = (
    f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{TYPES}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{TYPES}.styles+xml"/>'
    f'<Override PartName="/word/settings.xml" ContentType="{TYPES}.settings+xml"/>'
    f'<Override PartName="/word/header1.xml" ContentType="{TYPES}.header+xml"/>'
    '<Override PartName="/docProps/core.xml" '
    'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
)
RELATIONS = (
    f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{RELATED}/officeDocument" Target="word/document.xml"/>'
    f'<Relationship Id="rId2" Type="{PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
    "</Relationships>"
)
DOCUMENT_RELATIONS = (
    f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{RELATED}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId2" Type="{RELATED}/header" Target="header1.xml"/>'
    f'<Relationship Id="rId3" Type="{RELATED}/settings" Target="settings.xml"/></Relationships>'
)
# Without this Word takes the file for one of 2007, and sets tables a little to the left of the margin.
SETTINGS = (
    f'<w:settings {NAMES}><w:compat><w:compatSetting w:name="compatibilityMode" '
    'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>'
)
CORE = (
    f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dc:title></dc:title><dc:creator>Ra Lớp</dc:creator></cp:coreProperties>"
)

# Every style of a paper: its id, its name in Word, how its paragraphs stand, how its letters look (sizes in points).
STYLES = (
    ("RaLopHalf", "Ra Lớp: nửa trên", '<w:jc w:val="center"/>', "", 12),
    ("RaLopRule", "Ra Lớp: đường kẻ", '<w:keepNext/><w:spacing w:line="40" w:lineRule="exact"/>', "", 1),
    ("RaLopTitle", "Ra Lớp: tên loại", '<w:keepNext/><w:jc w:val="center"/>', "<w:b/>", 14),
    ("RaLopTo", "Ra Lớp: kính gửi", '<w:spacing w:before="120" w:after="120"/><w:jc w:val="center"/>', "", 13),
    ("RaLopText", "Ra Lớp: đoạn văn",
     '<w:spacing w:before="60" w:after="120" w:line="264" w:lineRule="auto"/><w:ind w:firstLine="720"/>'
     '<w:jc w:val="both"/>', "", 13),
    ("RaLopPart", "Ra Lớp: phần", '<w:keepNext/><w:keepLines/><w:spacing w:before="200" w:after="120"/>', "<w:b/>", 13),
    ("RaLopSection", "Ra Lớp: mục",
     '<w:keepNext/><w:keepLines/><w:spacing w:before="120" w:after="120"/><w:ind w:firstLine="720"/>', "<w:b/>", 13),
    ("RaLopCaption", "Ra Lớp: tên bảng", '<w:keepNext/><w:spacing w:before="120" w:after="80"/><w:jc w:val="center"/>',
     "<w:i/>", 13),
    ("RaLopCell", "Ra Lớp: ô bảng", '<w:spacing w:before="20" w:after="20"/>', "", 12),
    ("RaLopCellHead", "Ra Lớp: đầu bảng", '<w:keepNext/><w:spacing w:before="40" w:after="40"/><w:jc w:val="center"/>',
     "<w:b/>", 12),
    ("RaLopPicture", "Ra Lớp: hình", '<w:spacing w:before="120" w:after="120"/><w:jc w:val="center"/>', "", 13),
    ("RaLopSign", "Ra Lớp: người ký", '<w:keepNext/><w:keepLines/><w:jc w:val="center"/>', "<w:b/>", 13),
    ("RaLopHint", "Ra Lớp: ghi chú ký", '<w:keepNext/><w:keepLines/><w:jc w:val="center"/>', "<w:i/>", 12),
    ("RaLopRecipientsHead", "Ra Lớp: nơi nhận", "<w:keepNext/><w:keepLines/>", "<w:b/><w:i/>", 12),
    ("RaLopRecipients", "Ra Lớp: dòng nơi nhận", "<w:keepLines/>", "", 11),
)  # fmt: skip


def twips(millimetres: float) -> int:
    return round(millimetres * TWIPS_A_MM)


def parts() -> dict[str, str]:
    """The files inside the template."""
    return {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": RELATIONS,
        "word/document.xml": document(),
        "word/_rels/document.xml.rels": DOCUMENT_RELATIONS,
        "word/styles.xml": styles(),
        "word/header1.xml": header(),
        "word/settings.xml": SETTINGS,
        "docProps/core.xml": CORE,
    }


def make(path: Path = DEFAULT) -> None:
    """Writes the template."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts().items():
            packed.writestr(zipfile.ZipInfo(name, MADE_ON), XML + text, zipfile.ZIP_DEFLATED)


def styles() -> str:
    """The styles: an office changes the look of a paper by changing these in Word."""
    font = 'w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="Times New Roman" w:cs="Times New Roman"'
    own = "".join(
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{key}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="Normal"/><w:qFormat/><w:pPr>{_spaced(paragraph)}</w:pPr>'
        f'<w:rPr><w:rFonts {font}/>{letters}<w:sz w:val="{2 * size}"/><w:szCs w:val="{2 * size}"/></w:rPr></w:style>'
        for key, name, paragraph, letters, size in STYLES
    )
    return (
        f"<w:styles {NAMES}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts {font}/>"
        '<w:color w:val="000000"/><w:sz w:val="26"/><w:szCs w:val="26"/><w:lang w:val="vi-VN"/></w:rPr></w:rPrDefault>'
        '<w:pPrDefault><w:pPr><w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/></w:pPr>'
        "</w:pPrDefault></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>'
        f"{own}</w:styles>"
    )


def _spaced(paragraph: str) -> str:
    """Every distance said, so that a style stands as well in a template whose own defaults are others."""
    said = re.search("<w:spacing (.*?)/>", paragraph)
    own = dict(re.findall(r'w:(\w+)="(\w+)"', said[1])) if said else {}
    whole = {"before": "0", "after": "0", "line": "240", "lineRule": "auto", **own}
    rest = re.sub("<w:spacing .*?/>", "", paragraph)
    kept = "".join(re.findall("<w:keep[A-Za-z]+/>", rest))
    spacing = " ".join(f'w:{name}="{value}"' for name, value in whole.items())
    return f"{kept}<w:spacing {spacing}/>{rest.removeprefix(kept)}"


def header() -> str:
    """The page's number at the top, in the middle; not on the first page (`titlePg`)."""
    return (
        f'<w:hdr {NAMES}><w:p><w:pPr><w:jc w:val="center"/></w:pPr>'
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>2</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:hdr>'
    )


def document() -> str:
    """The page: two halves, title, whom it goes to, and the places of the parts and of the foot."""
    return (
        f"<w:document {NAMES}><w:body>{_halves()}{_line('', 'RaLopHalf')}"
        f"{_line('{{ title }}', 'RaLopTitle')}{_line('{{ subject }}', 'RaLopTitle')}{_rule(60, 60, 3)}"
        f"{_line('', 'RaLopHalf')}{_line('{%p for line in to %}', 'RaLopTo')}{_line('{{ line }}', 'RaLopTo')}"
        f"{_line('{%p endfor %}', 'RaLopTo')}{_line('{{ content }}', 'RaLopText')}{_line('{{ foot }}', 'RaLopText')}"
        f"<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rId2\"/>"
        f'<w:pgSz w:w="{twips(flow.WIDTH_MM)}" w:h="{twips(flow.HEIGHT_MM)}"/>'
        f'<w:pgMar w:top="{twips(flow.TOP_MM)}" w:right="{twips(flow.RIGHT_MM)}" w:bottom="{twips(flow.BOTTOM_MM)}" '
        f'w:left="{twips(flow.LEFT_MM)}" w:header="{twips(11)}" w:footer="{twips(10)}" w:gutter="0"/><w:titlePg/>'
        "</w:sectPr></w:body></w:document>"
    )  # fmt: skip


def _halves() -> str:
    """The two halves as a table without lines; widths on grid and cells, else the motto wraps (python-docx #161)."""
    widths = (flow.WIDTH_MM - flow.LEFT_MM - flow.RIGHT_MM - RIGHT_HALF_MM, RIGHT_HALF_MM)
    aside = (RIGHT_HALF_MM - width_mm(MOTTO, 13, "Bold")) / 2
    left = (
        f"{_line('{%p if superior %}', 'RaLopHalf')}{_line('{{ superior }}', 'RaLopHalf')}"
        f"{_line('{%p endif %}', 'RaLopHalf')}{_line('{{ body }}', 'RaLopHalf', '<w:b/>')}{_rule(20, 20, 1)}"
    )
    right = (
        f"{_line('{{ nation }}', 'RaLopHalf', '<w:b/>')}{_line('{{ motto }}', 'RaLopHalf', '<w:b/>', size=13)}"
        f"{_rule(aside, aside, 1)}"
    )
    gap = _line("", "RaLopHalf", size=5)
    below = (
        gap + _line("{{ number }}", "RaLopHalf", size=13),
        gap + _line("{{ place_and_date }}", "RaLopHalf", "<w:i/>", size=13),
    )
    grid = "".join(f'<w:gridCol w:w="{twips(width)}"/>' for width in widths)
    rows = "".join(
        "<w:tr><w:trPr><w:cantSplit/></w:trPr>"
        + "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{twips(width)}" w:type="dxa"/></w:tcPr>{text}</w:tc>'
            for width, text in zip(widths, row, strict=True)
        )
        + "</w:tr>"
        for row in ((left, right), below)
    )
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(twips(width) for width in widths)}" w:type="dxa"/>'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/>'
        f"</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
    )


def _line(text: str, style: str, letters: str = "", size: float | None = None) -> str:
    sized = letters + (f'<w:sz w:val="{round(2 * size)}"/>' if size else "")
    looks = f"<w:rPr>{sized}</w:rPr>" if sized else ""
    run = f'<w:r>{looks}<w:t xml:space="preserve">{text}</w:t></w:r>' if text else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{looks if not text else ""}</w:pPr>{run}</w:p>'


def _rule(left_mm: float, right_mm: float, above_points: float) -> str:
    """A line below a text: the upper border of a low paragraph, as long as its indents leave it."""
    return (
        '<w:p><w:pPr><w:pStyle w:val="RaLopRule"/><w:pBdr><w:top w:val="single" w:sz="6" w:space="0" w:color="000000"/>'
        f'</w:pBdr><w:spacing w:before="{round(20 * above_points)}"/>'
        f'<w:ind w:left="{twips(left_mm)}" w:right="{twips(right_mm)}"/></w:pPr></w:p>'
    )


if __name__ == "__main__":
    make()
