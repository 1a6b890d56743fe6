/** What stands before the body of an answer over HTTP/1.1. */
export type AnswerHead = {
  readonly status: number;
  /** For `new Headers`, by name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Each of them is a header of its own. */
  readonly cookies: readonly string[];
  /** Its length in bytes, or how else its end is known. */
  readonly body: number | "chunked" | "until it ends";
  /** The connection may be used for another request. */
  readonly isKept: boolean;
};

/** What was sent is no answer, or none whose end can be known. */
export class BrokenAnswer extends Error {
  override readonly name = "BrokenAnswer";
}

const statusLine = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/;
const withoutBody = [204, 205, 304];

/**
 * Reads what stands before the empty line, a character for each byte. Strict where two readers could see two answers: a
 * length that is none, two of them, a length beside chunks, another coding, a line that is folded. What is wrong with a
 * header's name or value is left to `Headers`, which refuses it.
 *
 * Errors: `BrokenAnswer`.
 */
export function answerHead(text: string, method: string): AnswerHead {
  const lines = text.split("\r\n");
  const [found, minor, digits] = statusLine.exec(lines[0]!) ?? [];
  if (found === undefined) throw new BrokenAnswer(`Cannot read a status in "${start(lines[0]!)}"`);
  const headers: Record<string, string> = Object.create(null);
  const cookies: string[] = [];
  for (let at = 1; at < lines.length; at++) {
    const line = lines[at]!;
    const colon = line.indexOf(":");
    // Before it there is no space either: `Headers` refuses such a name
    if (colon < 1) throw new BrokenAnswer(`Cannot read a header in "${start(line)}"`);
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === "set-cookie") cookies.push(value);
    else headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  const status = Number(digits);
  const isEmpty = status < 200 || withoutBody.includes(status) || method === "HEAD";
  const body = bodyOf(headers);
  const connection = headers["connection"];
  return {
    status,
    headers,
    cookies,
    body: isEmpty ? 0 : body,
    isKept: minor === "1" && (isEmpty || body !== "until it ends") &&
      (connection === undefined || !/(^|,)\s*close\s*(,|$)/i.test(connection)),
  };
}

/** RFC 9112, 6.3, without what it allows for the sake of old peers. */
function bodyOf(headers: Record<string, string>): AnswerHead["body"] {
  const { "content-length": length, "transfer-encoding": coding } = headers;
  if (coding !== undefined) {
    if (coding.toLowerCase() !== "chunked" || length !== undefined) {
      throw new BrokenAnswer(`Cannot know where an answer ends: "${start(coding)}"`);
    }
    // Here it ends: the chunks are put together
    delete headers["transfer-encoding"];
    return "chunked";
  }
  if (length === undefined) return "until it ends";
  if (!/^\d{1,15}$/.test(length)) {
    throw new BrokenAnswer(`Cannot know where an answer ends: its length is "${start(length)}"`);
  }
  return Number(length);
}

function start(text: string): string {
  return text.slice(0, 100);
}
