import { type ConnectionString, describeHosts } from "./connection_string.ts";

/** What the libraries say of a connection that does not come about, and what people make of it. */
const explanations: readonly (readonly [RegExp, string])[] = [
  [
    /unable to (verify|get)|self.?signed/i,
    'the server\'s certificate is signed by nobody who is trusted, see "tlsCAFile"',
  ],
  [/certificate has expired/i, "the server's certificate has expired"],
  [/not match certificate's altnames/i, "the server's certificate is for another host"],
  [/InvalidContentType|wrong version number/i, 'the server does not speak TLS, see "tls"'],
  [
    /failed to discover/i,
    'none of them says who leads the cluster: are they up, and are "tls" and "tlsCAFile" right?',
  ],
];
const closedAtOnce = 'the server closes it at once: does it speak TLS, see "tls"';

/** The error as it is to be shown where there is no connection; any other one as it is. */
export function connectionTrouble(error: Error, connectionString: ConnectionString): Error {
  const { message } = error;
  const concerned = /No connection established|Name resolution failed|Failed to discover/;
  if (!concerned.test(message)) return error;
  const [, last = message] = /Last error: (.*?)(?:\. Resolution note:.*)?$/s.exec(message) ?? [];
  const reason = explanations.find(([pattern]) => pattern.test(last))?.[1] ??
    (!connectionString.parameters.tls && /^Failed to connect/.test(last) ? closedAtOnce : last);
  const explained = new Error(
    `no connection to ${describeHosts(connectionString)}: ${reason}`,
    { cause: error },
  );
  const { code, metadata } = error as { readonly code?: unknown; readonly metadata?: unknown };
  return Object.assign(explained, { code, metadata });
}
