/** One name in each way in which code writes it. */
export type NameForms = {
  /** `gift_card`: of files, services and tables. */
  readonly snake: string;
  /** `giftCard`: of values and categories. */
  readonly camel: string;
  /** `GiftCard`: of types and messages. */
  readonly pascal: string;
  /** `gift-card`: of URLs, views and codes. */
  readonly kebab: string;
  /** `gift card`: for people. */
  readonly words: string;
};

/** The forms of a name in any of them. */
export function nameForms(name: string): NameForms {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .split(/[ _-]/).filter((word) => word !== "");
  const pascal = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join("");
  return {
    snake: words.join("_"),
    camel: pascal.slice(0, 1).toLowerCase() + pascal.slice(1),
    pascal,
    kebab: words.join("-"),
    words: words.join(" "),
  };
}

/** The text with another name in it, in whatever form; a name of two words has no form that could be another word. */
export function rename(text: string, from: NameForms, { to }: { readonly to: NameForms }): string {
  const article = /^[aeiou]/.test(to.words) ? "an" : "a";
  return text.replaceAll(new RegExp(`\\ba ${from.words}`, "g"), `${article} ${to.words}`)
    .replaceAll(from.words, to.words)
    .replaceAll(from.pascal, to.pascal)
    .replaceAll(from.camel, to.camel)
    .replaceAll(from.snake, to.snake)
    .replaceAll(from.kebab, to.kebab);
}
