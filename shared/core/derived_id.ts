import { v5 as uuidv5 } from "uuid";

const namespace = "6c0d3ba6-5a3f-4d0e-9d3c-1f6f1f5b7a11";

/** The same parts give the same UUID, always and everywhere: what follows from something is named after it. */
export function derivedId(...parts: readonly (string | number)[]): string {
  return uuidv5(JSON.stringify(parts), namespace);
}
