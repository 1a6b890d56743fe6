import type { Env, Hono } from "hono";
import type { FC } from "hono/jsx";
import type { AsyncApi } from "../openapi/async_api.ts";
import type { OpenApi } from "../openapi/open_api.ts";
import { docsStyle } from "./docs_style.ts";
import { OperationPart } from "./operation_part.tsx";
import { SchemaPart } from "./schema_part.tsx";

// deno-lint-ignore no-explicit-any -- a document is JSON, and is looked at as such
type Json = any;

/** Neither scripts nor anything from elsewhere. */
const policy =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * Adds `/docs`: descriptions as people read them, made when somebody asks for the first time. One page without scripts,
 * with nothing from elsewhere.
 */
export function addDocs<E extends Env>(
  app: Hono<E>,
  describe: () => { readonly api: OpenApi; readonly events: AsyncApi },
): void {
  let made: string | undefined;
  app.get("/docs", (c) => {
    made ??= `<!doctype html>\n${(<DocsPage {...describe()} />).toString()}`;
    return c.body(made, 200, {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": policy,
      "X-Content-Type-Options": "nosniff",
      "Cache-Control": "no-cache",
    });
  });
  app.get("/docs/style.css", (c) =>
    c.body(docsStyle, 200, {
      "Content-Type": "text/css; charset=utf-8",
      "Cache-Control": "no-cache",
    }));
}

const DocsPage: FC<{ readonly api: OpenApi; readonly events: AsyncApi }> = ({ api, events }) => {
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, said]) => ({ method, path, said }))
  );
  const byTag = Map.groupBy(operations, ({ said }) => said.tags[0]);
  const schemas = Object.entries<Json>(api.components.schemas ?? {});
  const messages = Object.entries<Json>(events.components.messages ?? {});
  const byCategory = Map.groupBy(messages, ([name]) => name.split(".")[0]);
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${api.info.title}: API`}</title>
        <link rel="stylesheet" href="/docs/style.css" />
      </head>
      <body>
        <nav aria-label="Contents">
          <h1>{api.info.title}</h1>
          <p>
            {`version ${api.info.version}: `}
            <a href="/openapi.json">OpenAPI</a> <a href="/asyncapi.json">AsyncAPI</a>
          </p>
          {[...byTag].map(([tag, own]) => (
            <>
              <h2>{tag}</h2>
              <ul>
                {own.map(({ said }) => (
                  <li>
                    <a href={`#${said.operationId}`}>{said.operationId}</a>
                  </li>
                ))}
              </ul>
            </>
          ))}
          <h2>More</h2>
          <ul>
            <li>
              <a href="#schemas">Schemas</a>
            </li>
            <li>
              <a href="#events">Events</a>
            </li>
          </ul>
        </nav>
        <main>
          {[...byTag].map(([tag, own]) => (
            <section>
              <h2>{tag}</h2>
              {own.map((operation) => <OperationPart {...operation} document={api} />)}
            </section>
          ))}
          <section id="schemas">
            <h2>Schemas</h2>
            {schemas.map(([name, schema]) => (
              <article id={`schema-${name}`}>
                <h3>{name}</h3>
                <SchemaPart schema={schema} />
              </article>
            ))}
          </section>
          <section id="events">
            <h2>Events</h2>
            {[...byCategory].map(([category, own]) => (
              <article>
                <h3>{category}</h3>
                {own.map(([, { name, payload, ...said }]) => (
                  <details>
                    <summary>
                      <code>{name}</code>
                      <span class="less">{` version ${said["x-schema-version"]}`}</span>
                    </summary>
                    <SchemaPart schema={payload} />
                  </details>
                ))}
              </article>
            ))}
          </section>
        </main>
      </body>
    </html>
  );
};
