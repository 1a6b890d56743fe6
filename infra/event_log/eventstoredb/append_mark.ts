/**
 * EventStoreDB does not say whether it has just written an append or knew it already, and has nothing else to tell two
 * senders of the same event ids apart. So the last event of every append carries the name of that very append in its
 * metadata; what bears another name was written by another append.
 */
export const appendMark = "$appendId";

export function newAppendMark(): string {
  return crypto.randomUUID().slice(0, 18);
}

/** Metadata as JSON text, with the mark in it. Throws a `TypeError` where it is no object. */
export function withAppendMark(metadata: string, mark: string): string {
  if (!metadata.startsWith("{")) {
    throw new TypeError(`Cannot append an event whose metadata is no object: ${metadata}`);
  }
  const members = metadata.slice(1, -1);
  return `{${members}${members === "" ? "" : ","}"${appendMark}":"${mark}"}`;
}
