"""Talks to the event store with gRPC's own C core: another make of HTTP/2, another language, messages made by hand.

Prints one line per fact for the test beside it. Usage: python3 client_of_another_language.py HOST:PORT
"""

import sys
import threading
import uuid

import grpc

STREAMS = "/event_store.client.streams.Streams/"
NO_STREAM, ANY = b"\x1a\x00", b"\x22\x00"


def varint(number):
    encoded = b""
    while number > 0x7F:
        encoded += bytes([number & 0x7F | 0x80])
        number >>= 7
    return encoded + bytes([number])


def message(field, content):
    return varint(field << 3 | 2) + varint(len(content)) + content


def number(field, value):
    return varint(field << 3) + varint(value)


def stream_name(name):
    return message(1, message(3, name.encode()))


def proposed(index):
    event_id = message(1, message(2, str(uuid.uuid4()).encode()))
    metadata = {b"type": b"greeted", b"content-type": b"application/json"}
    pairs = b"".join(message(2, message(1, key) + message(2, value)) for key, value in metadata.items())
    return message(2, event_id + pairs + message(4, b'{"index": %d}' % index))


def raw(value):
    return value


def main(address):
    channel = grpc.insecure_channel(address)
    append_call = channel.stream_unary(STREAMS + "Append", raw, raw)
    read_call = channel.unary_stream(STREAMS + "Read", raw, raw)
    tombstone = channel.unary_unary(STREAMS + "Tombstone", raw, raw)

    def append(name, count, expected):
        options = message(1, stream_name(name) + expected)
        return append_call(iter([options] + [proposed(index) for index in range(count)]))

    def read(source, amount):
        options = source + number(3, 0) + number(4, 0) + amount
        return read_call(message(1, options + message(8, b"") + message(9, message(2, b""))))

    append("python-1", 1000, NO_STREAM)
    one = message(1, stream_name("python-1") + message(3, b""))
    print("stream", sum(1 for _ in read(one, number(5, 5000))))
    everything = message(2, message(2, b""))
    print("conflict", append("python-1", 1, NO_STREAM)[0] == 0x12)

    subscription = read(everything, message(6, b""))
    received = 0
    for _ in subscription:
        received += 1
        if received == 900:
            subscription.cancel()
            break
    print("subscription", received)

    threads = [
        threading.Thread(target=lambda t=t: [append("many-%d-%d" % (t, i), 5, NO_STREAM) for i in range(20)])
        for t in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ours = sum(1 for event in read(everything, number(5, 100_000)) if b"greeted" in event)
    print("everything", ours)

    tombstone(message(1, stream_name("zażółć") + ANY))
    try:
        append("zażółć", 1, ANY)
    except grpc.RpcError as error:
        print("deleted", error.code().name, dict(error.trailing_metadata())["exception"])
    try:
        channel.unary_unary("/event_store.client.users.Users/Create", raw, raw)(b"")
    except grpc.RpcError as error:
        print("unknown", error.code().name)


main(sys.argv[1])
