import { z } from "zod";
import { routeName } from "./contract.ts";

const name = "[A-Za-z0-9_.-]{1,100}";

/** `param:sku`, `query:q`, `header:x-customer-id` or `cookie:visitor`: where in a request a text is. */
const place = z.string().regex(
  new RegExp(`^(param|query|header|cookie):${name}$`),
  "Must be param:NAME, query:NAME, header:NAME or cookie:NAME",
);
/** An entity may also be named by a field of a JSON body, `body:product.sku`, or of the answer, `answer:sku`. */
const entityPlace = z.string().regex(
  new RegExp(`^(param|query|header|cookie|body|answer):${name}$`),
  "Must be param:NAME, query:NAME, header:NAME, cookie:NAME, body:FIELD or answer:FIELD",
);
const fieldPaths = z.array(z.string().min(1).max(300)).max(100);

/** What a table of routes says of one that is strangled: the rest, operators decide. */
export const stranglesSchema: z.ZodType<Strangles> = z.strictObject({
  name: routeName,
  entity: z.array(entityPlace).max(10).optional(),
  subject: z.array(place).max(10).optional(),
  shadow: z.strictObject({
    sideEffectFree: z.boolean().optional(),
    headers: z.array(z.string().regex(new RegExp(`^${name}$`))).max(50).optional(),
    ignore: fieldPaths.optional(),
    redact: fieldPaths.optional(),
    timeoutMs: z.int().min(1).max(60_000).optional(),
  }).optional(),
});

/** How requests of a route are told apart, and what is compared of their answers. */
export type Strangles = {
  /** By what operators know it. Routes of one name are decided together: the list, one of them, and changes of it. */
  readonly name: string;
  /** Where the id of what a request is about is; the first that is there. Default: it is about nothing that stays. */
  readonly entity?: readonly string[] | undefined;
  /** Whom to serve by the same side each time; the first that is there. Default: the entity, then the client's address. */
  readonly subject?: readonly string[] | undefined;
  readonly shadow?: {
    /** It may be asked twice though it is no GET. Default: false. */
    readonly sideEffectFree?: boolean | undefined;
    /** That are compared, beside status and body. Default: Content-Type. */
    readonly headers?: readonly string[] | undefined;
    /** Fields that may differ, with all that is in them: `body.items[].updatedAt`. */
    readonly ignore?: readonly string[] | undefined;
    /** Names of fields whose values nobody may see, beside the usual ones. */
    readonly redact?: readonly string[] | undefined;
    /** Of the second request; default 3,000. */
    readonly timeoutMs?: number | undefined;
  } | undefined;
};
