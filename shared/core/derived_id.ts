import { parse, v5 as uuidv5 } from "uuid";

const namespace = parse("6c0d3ba6-5a3f-4d0e-9d3c-1f6f1f5b7a11");
const utf8 = new TextEncoder();

/** The same parts give the same UUID, always and everywhere: what follows from something is named after it. */
export function derivedId(...parts: readonly (string | number)[]): string {
  return uuidv5(utf8.encode(JSON.stringify(parts)), namespace);
}
