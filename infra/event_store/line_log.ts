import { writeSync } from "node:fs";
import process from "node:process";
import { inspect } from "node:util";
import { type Log, machine } from "@headwater/core";

export type LineLogOptions = {
  /** What is below is not written. With `debug` errors come with their stacks. */
  readonly level: machine.LogLevel;
  /** Of every entry. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Takes whole lines, each with its line end. Default: the standard error output. */
  readonly write?: (line: string) => void;
  /** Lines for people instead of JSON. Default: whether the standard error output is a terminal. */
  readonly readable?: boolean;
};

/** A log of one line per entry: readable on a terminal, JSON for machines otherwise. */
export function lineLog(
  { level: lowest, fields: bound, write = writeLine, readable = process.stderr.isTTY }:
    LineLogOptions,
): Log {
  const withStack = lowest === "debug";
  return machine.levelledLog(lowest, ({ level, message, fields: given }) => {
    const time = new Date().toISOString();
    const fields = { ...bound, ...given };
    write(
      readable
        ? `${time.slice(11, 23)} ${level.padEnd(5)} ${machine.inOneLine(message)}${
          inWords(fields)
        }\n`
        : `${JSON.stringify({ ...fields, time, level, message }, expressible)}\n`,
    );
  });

  function expressible(_name: string, value: unknown): unknown {
    if (typeof value === "bigint") return String(value);
    if (!(value instanceof Error)) return value;
    const { name, message, stack, cause } = value;
    const code = "code" in value ? value.code : undefined;
    return { name, message, code, stack: withStack ? stack : undefined, cause };
  }

  function inWords(fields: Readonly<Record<string, unknown>>): string {
    return Object.entries(fields).filter(([, value]) => value !== undefined).map(([name, value]) =>
      ` ${name}=${
        machine.inOneLine(value instanceof Error && !withStack ? messages(value) : text(value))
      }`
    ).join("");
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : inspect(value, { breakLength: Infinity });
}

function messages({ name, message, cause }: Error): string {
  return `${name}: ${message}${cause instanceof Error ? ` (cause: ${messages(cause)})` : ""}`;
}

const encoder = new TextEncoder();

function writeLine(line: string): void {
  let rest = encoder.encode(line);
  while (rest.length > 0) rest = rest.subarray(writeSync(process.stderr.fd, rest));
}
