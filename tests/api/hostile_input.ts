import fc from "fast-check";

/** What somebody writes where a name, an id or a number is asked for. */
export const hostileTexts: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    ...["", " ", ".", "..", "%2e%2e", "%2F", "%00", "%", "%zz", "%ed%a0%80", "%c0%af", "\u0000"],
    ...[
      "' or 1=1 --",
      '"; drop table orders; --',
      "<script>alert(1)</script>",
      "${7*7}",
      "{{7*7}}",
    ],
    ...["__proto__", "constructor", "toString", "null", "undefined", "NaN", "Infinity", "-0", "-1"],
    ...[
      "1e400",
      "0x10",
      "1.5",
      "9007199254740993",
      "9".repeat(15),
      "9".repeat(400),
      "a".repeat(5_000),
    ],
    ...["\ud800", "\u202e", "é", "👩‍👩‍👧‍👦", "ﷺ", "a\r\nSet-Cookie: a=b", "events", "order", "*", ";a=b"],
    ...["2026-02-30", "0000-01-01", "9999-12-31", "2026-01-01~TEA~EUR", "~~~", "TRUE", "wait=1"],
  ),
  fc.string({ unit: "binary", maxLength: 40 }),
);

/** Values where others are asked for. */
const otherValues = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, false, 0, -0, -1, 1.5, 1e21, 1e308, 9_007_199_254_740_993, "", " ", [], {}],
    ...[
      [[[[]]]],
      { a: { b: {} } },
      "a".repeat(10_000),
      { toString: 1 },
      [null],
      "\u0000",
      "\ud800",
    ],
  ),
  hostileTexts,
  fc.jsonValue({ maxDepth: 2 }),
);

/** The same value with something taken away, added, or in place of something else, at any depth. */
export function damaged(value: unknown): fc.Arbitrary<unknown> {
  const places = placesIn(value);
  return fc.record({
    place: fc.constantFrom(...places),
    act: fc.constantFrom("drop", "add", "replace", "repeat"),
    other: otherValues,
    name: fc.constantFrom("more", "__proto__", "constructor", "", "a b", "lines", "\u0000"),
  }).map(({ place, act, other, name }) => changed(value, { place, act, other, name }));
}

type Change = {
  readonly place: readonly (string | number)[];
  readonly act: "drop" | "add" | "replace" | "repeat";
  readonly other: unknown;
  readonly name: string;
};

function changed(value: unknown, { place: [first, ...rest], ...change }: Change): unknown {
  if (first !== undefined && typeof value === "object" && value !== null) {
    const entries = Object.entries(value).flatMap(([key, held]): [string, unknown][] => {
      if (key !== String(first)) return [[key, held]];
      if (rest.length === 0 && change.act === "drop") return [];
      return [[key, changed(held, { ...change, place: rest })]];
    });
    return Array.isArray(value) ? entries.map(([, held]) => held) : withOwn(entries);
  }
  if (change.act === "add" && typeof value === "object" && value !== null) {
    if (Array.isArray(value)) return [...value, change.other];
    return withOwn([...Object.entries(value), [change.name, change.other]]);
  }
  if (change.act === "repeat" && Array.isArray(value)) {
    return Array.from({ length: 120 }, () => value[0]);
  }
  return change.other;
}

/** Also a field whose name an object has already in another way. */
function withOwn(entries: readonly (readonly [string, unknown])[]): object {
  const made = Object.create(null);
  for (const [name, value] of entries) {
    Object.defineProperty(made, name, { value, enumerable: true, configurable: true });
  }
  return made;
}

function placesIn(value: unknown): readonly (readonly (string | number)[])[] {
  if (typeof value !== "object" || value === null) return [[]];
  return [
    [],
    ...Object.entries(value).flatMap(([name, held]) =>
      placesIn(held).map((place) => [name, ...place])
    ),
  ];
}

const json = { "Content-Type": "application/json" };
const encoder = new TextEncoder();

/** What comes in place of a body. */
export const hostileBodies: fc.Arbitrary<{
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}> = fc.oneof(
  fc.constantFrom<{
    body: string | Uint8Array<ArrayBuffer>;
    headers: Readonly<Record<string, string>>;
  }>(
    ...["", "{", "[]", "null", "1", '"text"', "{}", "{} {}", "\ufeff{}", "undefined", "NaN"]
      .map((body) => ({ body, headers: json })),
    { body: '{"a":1,"a":2}', headers: json },
    { body: '{"__proto__":{"isAdmin":true}}', headers: json },
    { body: '{"reason":"\\ud800"}', headers: json },
    { body: '{"quantity":1e400}', headers: json },
    { body: '{"quantity":1.0000000000000001}', headers: json },
    { body: "[".repeat(20_000), headers: json },
    { body: `${"[".repeat(5_000)}${"]".repeat(5_000)}`, headers: json },
    { body: `{"reason":"${"x".repeat(1_100_000)}"}`, headers: json },
    { body: new Uint8Array([0xff, 0xfe, 0x00, 0x7b]), headers: json },
    { body: encoder.encode('{"reason":"caf\u00e9"}'), headers: { "Content-Type": "text/plain" } },
    { body: "reason=a", headers: { "Content-Type": "application/x-www-form-urlencoded" } },
    { body: "{}", headers: { "Content-Type": "application/json; charset=utf-16" } },
    { body: "{}", headers: { "Content-Type": "application/json;;;" } },
    { body: "{}", headers: { ...json, "Content-Encoding": "gzip" } },
    { body: "{}", headers: {} },
  ),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => ({
    body: Uint8Array.from(bytes),
    headers: json,
  })),
  fc.json().map((body) => ({ body, headers: json })),
);

/** Headers that say what is none, or what nobody asked for. */
export const hostileHeaders: fc.Arbitrary<Readonly<Record<string, string>>> = fc.constantFrom<
  Readonly<Record<string, string>>
>(
  ...["", "-1", "1.5", "1e3", "99999999999999999999", "abc", "9007199254740993", "00"]
    .flatMap((value) => [named("X-Min-Position", value), named("Last-Event-ID", value)]),
  ...["", "3", '"x"', 'W/"0"', '"0", "1"', "*", '"', '"99999999999999999999"', "\u00e9"]
    .flatMap((value) => [named("If-Match", value), named("If-None-Match", value)]),
  ...["", "a b", "x".repeat(256), "\u00e9", "key-1"].map((value) => ({ "Idempotency-Key": value })),
  ...["0", "1", "-1", "abc", "99999999999"].map((value) => ({ "X-Request-Timeout-Ms": value })),
  ...["wait=0", "wait=-1", "wait=abc", "stale-ok", ",,;;"].map((Prefer) => ({ Prefer })),
  { "X-Min-Position": "999999999999999", Prefer: "wait=30" },
  { "X-Correlation-Id": "x".repeat(500) },
  { Accept: "text/html" },
  { "Accept-Encoding": "gzip, br, zstd;q=0" },
  { Range: "bytes=0-1" },
  { "If-Modified-Since": "yesterday" },
  { Origin: "https://evil.example" },
  { "Sec-Fetch-Site": "cross-site" },
  { Authorization: "Bearer x" },
  { Cookie: "a=b; a=c; =" },
  { traceparent: "00-0-0-0" },
  { "X-Forwarded-For": "1.2.3.4, evil" },
  { "X-HTTP-Method-Override": "DELETE" },
);

function named(name: string, value: string): Readonly<Record<string, string>> {
  return { [name]: value };
}
