import type { z } from "zod";
import type { pageMeta } from "./describe_pages.ts";

/**
 * What a route's declaration says to a client.
 * @internal
 */
type Declared = {
  readonly params?: Readonly<Record<string, z.ZodType>> | undefined;
  readonly answer?: z.ZodType | undefined;
};

/**
 * What a part answers.
 * @internal
 */
type AnswerOf<Part extends Declared> = Part extends
  { readonly answer: infer Answer extends z.ZodType } ? z.output<Answer> : unknown;

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
    readonly meta: z.output<typeof pageMeta>;
  }>;
};
