"""The running bot: inbox, dispatch, outbox, delivery, schedule. Transactions are opened here, never in a rule."""
