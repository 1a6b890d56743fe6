/** A tag with its attributes, a lone angle bracket, or text. */
const piece = /<(\/?[a-z][a-z0-9]*)((?:\s[a-zA-Z-]+="[^"]*")*)\s?\/?>|[<>]|[^<>]+/g;

/**
 * Which elements with which attributes follow each other in markup; what is text, and what attributes have for values, is left
 * out. Text that was not escaped changes it, or is told as what no page has.
 */
export function markupShape(html: string): readonly string[] {
  return Array.from(html.matchAll(piece)).flatMap(([whole, name, attributes = ""]) => {
    if (name === undefined) return /^[<>]$/.test(whole) ? [`stray ${whole}`] : [];
    const names = Array.from(attributes.matchAll(/\s([a-zA-Z-]+)="/g), ([, each]) => each);
    return [[name, ...names].join(" ")];
  });
}
