import type { OfferedAct } from "../components/act_link.tsx";

/** Something that is not as it should be. */
export type Trouble = {
  /** Path of the section that shows it. */
  readonly section: string;
  readonly standing: "bad" | "warn";
  readonly what: string;
  /** Where it is shown, below `/console`. */
  readonly href?: string;
  readonly cause?: string | undefined;
  /** ISO 8601, or milliseconds since 1970. */
  readonly since?: string | number | undefined;
  /** What may help. */
  readonly acts?: readonly (OfferedAct & { readonly label: string })[];
};
