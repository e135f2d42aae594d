"""The tables that carry an update from Telegram to its answer. Times are UTC seconds since 1970."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    literal_column,
    text,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite

metadata = MetaData()

# BIGINT is not SQLite's rowid, so its automatic keys need INTEGER.
_Id = BigInteger().with_variant(Integer, "sqlite")

WAITING, DONE, SET_ASIDE = "waiting", "done", "set aside"  # inbox
QUEUED, SENDING, SENT, REFUSED = "queued", "sending", "sent", "refused"  # outbox

inbox = Table(
    "inbox",
    metadata,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("chat", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),  # the whole update, as Telegram sent it
    Column("state", String(12), nullable=False, server_default=WAITING),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("owner", String(40)),  # who processes it; only the owner may finish it
    Column("received_at", Float, nullable=False),
    Column("finished_at", Float),
)
_waiting = text("state = 'waiting'")
Index(
    "inbox_waiting",
    inbox.c.chat,
    inbox.c.update_id,
    sqlite_where=_waiting,
    postgresql_where=_waiting,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("key", String(80), nullable=False, unique=True),  # the same message, the same key
    Column("chat", BigInteger, nullable=False),
    Column("broadcast", Boolean, nullable=False),  # else the answer to an update
    Column("payload", Text, nullable=False),  # method and parameters but the chat, as JSON
    Column("answers_message", BigInteger),  # theirs, so that its edit finds ours
    Column("state", String(12), nullable=False),
    Column("not_before", Float, nullable=False, server_default="0"),
    Column("tries", SmallInteger, nullable=False, server_default="0"),
    Column("doubtful", SmallInteger, nullable=False, server_default="0"),  # may have come twice
    Column("owner", String(40)),
    Column("message_id", BigInteger),
    Column("reason", String(200)),  # why it was refused
    Column("created_at", Float, nullable=False),
    Column("finished_at", Float),
    Column("file", LargeBinary),  # what goes with the call, until it has arrived
)
_unsent = text("state in ('queued', 'sending')")
Index("outbox_unsent", outbox.c.chat, outbox.c.id, sqlite_where=_unsent, postgresql_where=_unsent)
# To be said by every query for what is on its way, in these words: SQLite takes the index for no
# others, not for values that come beside the statement either, and reads all that was ever sent.
UNSENT = outbox.c.state.in_([literal_column(f"'{state}'") for state in (QUEUED, SENDING)])
_answers = text("answers_message is not null")
Index(
    "outbox_answers",
    outbox.c.chat,
    outbox.c.answers_message,
    sqlite_where=_answers,
    postgresql_where=_answers,
)

# A chat with work has a row here; whoever owns the row works on that chat, alone and in order.
lanes = Table(
    "lanes",
    metadata,
    Column("chat", BigInteger, primary_key=True, autoincrement=False),
    Column("owner", String(40)),
    Column("stamp", BigInteger, nullable=False, server_default="0"),  # counts what came for it
    Column("since", Float, nullable=False),  # when its first work came
)
Index("lanes_owner", lanes.c.owner, lanes.c.since)

tasks = Table(
    "tasks",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("seen_at", Float, nullable=False),
)

lease = Table(
    "lease",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("holder", String(40)),
    Column("heir", String(40)),  # who is to take it next; nobody else may
    Column("epoch", BigInteger, nullable=False, server_default="0"),
    Column("expires_at", Float, nullable=False, server_default="0"),
)

chats = Table(
    "chats",
    metadata,
    Column("chat", BigInteger, primary_key=True, autoincrement=False),
    Column("active", Boolean, nullable=False, server_default=true()),
    Column("changed_at", Float, nullable=False),
)

# What Telegram calls a picture that it has, so that the same one is not drawn and sent again.
pictures = Table(
    "pictures",
    metadata,
    Column("shown", String(80), primary_key=True),  # names what is in it
    Column("file_id", String(200), nullable=False),
    Column("until", Float, nullable=False),  # then it is out of date
)
Index("pictures_until", pictures.c.until)

# What the bot knows about itself, by name.
facts = Table(
    "facts",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("value", Text, nullable=False),
)

# Chats whose last message shows a live price just now.
lives = Table(
    "lives",
    metadata,
    Column("chat", BigInteger, primary_key=True, autoincrement=False),
    Column("turn", String(40), nullable=False),  # names one minute of it; a later one takes over
)

# Which release a private chat has been told of.
news = Table(
    "news",
    metadata,
    Column("chat", BigInteger, primary_key=True, autoincrement=False),
    Column("version", String(40), nullable=False),
)

# One row. The oldest program, by its newest schema, that can still work with these tables.
schema_range = Table(
    "schema_range",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("oldest_program", Integer, nullable=False),
)


Inserts = type[sqlite.Insert] | type[postgresql.Insert]


def insert_of(connection: Connection) -> Inserts:
    """Return the dialect's INSERT, which knows ON CONFLICT; both spell it alike."""
    return insert_in(connection.dialect.name)


def insert_in(dialect: str) -> Inserts:
    """Return the INSERT of `sqlite` or `postgresql`, for statements that are built once."""
    return sqlite.Insert if dialect == "sqlite" else postgresql.Insert
