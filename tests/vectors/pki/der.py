# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""DER, written by hand: what certificates re-signed by us and OCSP responses need."""


def _element(tag, content):
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + content


def sequence(*parts):
    return _element(0x30, b"".join(parts))


def integer(value):
    return _element(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def enumerated(value):
    return _element(0x0A, bytes([value]))


def octet_string(content):
    return _element(0x04, content)


def bit_string(content):
    return _element(0x03, b"\0" + content)


def null():
    return _element(0x05, b"")


def generalized_time(moment):
    return _element(0x18, moment.strftime("%Y%m%d%H%M%SZ").encode())


def oid(dotted):
    arcs = [int(arc) for arc in dotted.split(".")]
    arcs = [40 * arcs[0] + arcs[1]] + arcs[2:]
    content = b""
    for arc in arcs:
        digits = [arc & 0x7F]
        while arc > 0x7F:
            arc >>= 7
            digits.append(0x80 | (arc & 0x7F))
        content += bytes(reversed(digits))
    return _element(0x06, content)


def explicit(number, content):
    """[number] EXPLICIT: a constructed context tag around whole elements."""
    return _element(0xA0 | number, content)


def implicit(number, content=b""):
    """[number] IMPLICIT of a primitive type: `content` without a tag of its own."""
    return _element(0x80 | number, content)
