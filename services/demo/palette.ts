/** Paints text for terminals. */
export type Palette = {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
};

/** Without colour it leaves the text as it is. */
export function palette({ colour }: { readonly colour: boolean }): Palette {
  function paint(code: number): (text: string) => string {
    return (text) => colour && text !== "" ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
  return {
    bold: paint(1),
    dim: paint(2),
    red: paint(31),
    green: paint(32),
    yellow: paint(33),
    cyan: paint(36),
  };
}
