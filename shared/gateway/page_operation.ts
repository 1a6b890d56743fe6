import type { z } from "zod";

/**
 * What a route's declaration says to a client.
 * @internal
 */
export type Declared = {
  readonly params?: Readonly<Record<string, z.ZodType>> | undefined;
  readonly answer?: z.ZodType | undefined;
};

/**
 * What a part answers.
 * @internal
 */
export type AnswerOf<Part extends Declared> = Part extends
  { readonly answer: infer Answer extends z.ZodType } ? z.output<Answer> : unknown;

/**
 * What a page says of itself.
 * @internal
 */
export type PageMeta = {
  readonly complete: boolean;
  readonly parts: Readonly<
    Record<string, {
      readonly status: "ok" | "none" | "timeout" | "open" | "error" | "stale";
      readonly code?: string;
      readonly ms: number;
      readonly ageMs?: number;
    }>
  >;
};

/**
 * A page as clients know it by its types, beside the operations of services: `Parts` are the declarations of the routes
 * that it is made of, by name; the `Main` one is always there, and has the parameters.
 */
export type PageOperation<
  Name extends string,
  Parts extends Readonly<Record<string, Declared>>,
  Main extends keyof Parts,
> = {
  readonly operation: Name;
  readonly params: Parts[Main]["params"] & Readonly<Record<string, z.ZodType>>;
  readonly answer: z.ZodType<{
    readonly data: {
      readonly [Part in keyof Parts]: AnswerOf<Parts[Part]> | (Part extends Main ? never : null);
    };
    readonly meta: PageMeta;
  }>;
};
