import { edge } from "@headwater/http";

/**
 * What a request proves itself with (RFC 6750, 2.1); undefined: nothing. A URL is no place for it: those are kept by
 * proxies, histories and logs.
 *
 * Errors: `NotAdmitted`, for anything else that stands there.
 */
export function bearerToken({ headers }: Pick<Request, "headers">): string | undefined {
  const given = headers.get("Authorization");
  if (given === null) return undefined;
  const [, token] = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(given) ?? [];
  if (token !== undefined) return token;
  throw new edge.NotAdmitted(
    "token-wrong",
    'Cannot tell who asks: Authorization has to be "Bearer " and one token',
  );
}
