"""Values that parsers meet badly: what mutations put in the place of good ones."""

LONG = 100_000  # characters of a long text: enough to show what grows faster than its file
DEEP = 2_000  # levels of nesting, twice Python's own limit of calls

NUMBERS = (
    *("0", "-0", "-1", "1", "0.5", "1e-400", "1e308", "1e999", "-1e999", "nan", "inf", "-Infinity", "NaN"),
    *(
        "2147483648",
        "4294967296",
        "9223372036854775808",
        "-9223372036854775809",
        "1_000",
        "0x10",
        "\u0661",
        "\uff11",
    ),
    *("+1", " 1 ", "1.", ".5", "1e", "--1", "1,5", "1" + "0" * 400, "9" * 5_000, "0." + "0" * 5_000 + "1"),
)
TEXTS = (
    *("", " ", "\t", "\0", "a\0b", "\n", "\r", "\u2028", "\ufeff", "\ud800", "é", "x" * LONG, "%s%n{}[]"),
    *("..", ".", "/", "a/", "./a.jpg", "a/../b.jpg", "../../etc/passwd", "/etc/passwd", "C:\\a.jpg", "a\\b"),
    *("http://x/a.jpg", "a" * 300 + ".jpg", "CON", ".hidden", "true", "None", "null", "<&>\"'", "]]>"),
)
WORDS = (*NUMBERS, *TEXTS)

# What may stand in bytes: markers, ends of lines, sizes, byte order marks, and text that is none.
BYTES = (
    *(b"\0", b"\xff", b"\x80", b"\n", b"\r\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\xaf"),
    *(b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\0" * 8, b"\xff" * 8),
    *(b"\x01\0\0\0", b"\0\0\0\x01", b"\x0e\0\0\0", b"\x0f\0\0\0", b"\xff\xd9", b"\xff\xda", b"<", b"{", b"["),
)
