import type { FC } from "hono/jsx";
import type { OpenApi } from "../openapi/open_api.ts";
import { SchemaPart } from "./schema_part.tsx";

// deno-lint-ignore no-explicit-any -- a document is JSON, and is looked at as such
type Json = any;

/** An operation: what it is for, what it takes, what it answers, and a command line that asks for it. */
export const OperationPart: FC<{
  readonly method: string;
  readonly path: string;
  readonly said: Json;
  readonly document: OpenApi;
}> = ({ method, path, said, document }) => {
  const parameters: readonly Json[] = (said.parameters ?? []).map((one: Json) =>
    resolved(one, document)
  );
  const body = said.requestBody?.content["application/json"];
  const roles: readonly string[] = said["x-roles"] ?? [];
  return (
    <article id={said.operationId}>
      <h3>
        <span class={`method ${method}`}>{method.toUpperCase()}</span> <code>{path}</code>
      </h3>
      <p>
        {said.summary} <span class="less">{said.operationId}</span>
        {roles.length > 0 && <span class="less">{` for ${roles.join(", ")}`}</span>}
      </p>
      {parameters.length > 0 && (
        <details open={parameters.some((one) => one.in !== "header")}>
          <summary>Parameters</summary>
          <dl>
            {parameters.map((one) => (
              <>
                <dt>
                  <code>{one.name}</code> <span class="less">{one.in}</span>
                  {one.required && <span class="less">required</span>}
                </dt>
                <dd>
                  {one.description && <p>{one.description}</p>}
                  <SchemaPart schema={one.schema} />
                </dd>
              </>
            ))}
          </dl>
        </details>
      )}
      {body && (
        <details open>
          <summary>Body</summary>
          <SchemaPart schema={body.schema} />
        </details>
      )}
      <details>
        <summary>Answers</summary>
        <dl>
          {Object.entries<Json>(said.responses).map(([status, response]) => (
            <AnswerPart status={status} answer={resolved(response, document)} />
          ))}
        </dl>
      </details>
      <pre><code>{commandLine({ method, path, example: body?.example })}</code></pre>
    </article>
  );
};

const AnswerPart: FC<{ readonly status: string; readonly answer: Json }> = ({ status, answer }) => {
  const codes: readonly string[] = answer["x-codes"] ?? [];
  return (
    <>
      <dt>{status}</dt>
      <dd>
        {answer.description}
        {codes.map((code) => (
          <>
            {" "}
            <code>{code}</code>
          </>
        ))}
        {codes.length === 0 &&
          Object.entries<Json>(answer.content ?? {}).map(([type, media]) => (
            <div>
              <span class="less">{`${type} `}</span>
              <SchemaPart schema={media["x-event-data"] ?? media.schema ?? {}} />
            </div>
          ))}
      </dd>
    </>
  );
};

function commandLine(
  { method, path, example }: {
    readonly method: string;
    readonly path: string;
    readonly example: unknown;
  },
): string {
  const sent = example === undefined
    ? ""
    : ` \\\n  -H 'Content-Type: application/json' -d '${
      JSON.stringify(example).replaceAll("'", "'\\''")
    }'`;
  const way = method === "get" ? "" : ` -X ${method.toUpperCase()}`;
  return `curl${way} "$ORIGIN${path}"${sent}`;
}

function resolved(said: Json, document: OpenApi): Json {
  if (said.$ref === undefined) return said;
  const [, , group, name] = said.$ref.split("/");
  return (document.components[group] as Json)?.[name] ?? {};
}
