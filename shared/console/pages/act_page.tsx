import type { ConsoleAct } from "../context/console_context.ts";
import { DataText } from "../components/data_text.tsx";
import type { Viewer } from "../components/viewer.tsx";

/** An act that was chosen and not done yet. */
export type ChosenAct = {
  readonly service: string;
  readonly engine: string;
  readonly act: ConsoleAct;
  /** As they were given, by name. */
  readonly args: Readonly<Record<string, string>>;
  /** Where to go back to, below `/console`. */
  readonly back: string;
  /** Of this form: sent twice it is done once. */
  readonly token: string;
  /** What it is to be done to, as it was seen: the act is refused where that has changed meanwhile. */
  readonly expected?: string;
  readonly reason?: string;
};

/** What an act would do. */
export type ForetoldAct = {
  readonly text: string;
  readonly expected: string;
  /** What takes it back; null: nothing does. */
  readonly undo: { readonly name: string } | null;
};

/** What is done, by whom and why, before it is done: nothing happens without the second click. */
export function ActPage({ chosen, foretold, problem }: {
  readonly chosen: ChosenAct;
  /** What it would change, where the act can tell. */
  readonly foretold?: ForetoldAct | undefined;
  /** Why it was not done. */
  readonly problem?: string | undefined;
}) {
  const { service, engine, act, args, back, token, expected, reason = "" } = chosen;
  return (
    <>
      {problem !== undefined && <p class="notice is-bad" role="alert">{problem}</p>}
      <form method="post" class="form">
        <p>{sentence(act.summary)}</p>
        <dl class="pairs">
          <dt>Service</dt>
          <dd>{service}</dd>
          {Object.entries(args).map(([name, value]) => (
            <>
              <dt>{name}</dt>
              <dd class="mono">{value}</dd>
            </>
          ))}
        </dl>
        {foretold !== undefined && (
          <section>
            <h2>What it would change</h2>
            <pre class="data" tabindex={0}>{foretold.text}</pre>
            <p class="small muted">
              {foretold.undo
                ? `Can be taken back by "${foretold.undo.name}".`
                : "Cannot be taken back."}
            </p>
          </section>
        )}
        <label>
          Reason
          <textarea
            name="reason"
            required
            maxlength={1000}
            autofocus
            placeholder="Why is this done? It is kept with the act."
          >
            {reason}
          </textarea>
        </label>
        <input type="hidden" name="token" value={token} />
        {expected !== undefined && <input type="hidden" name="expected" value={expected} />}
        <div class="acts">
          <button class="is-main" type="submit">{`${sentence(act.name)} (${engine})`}</button>
          <a class="button" href={back}>Leave it</a>
        </div>
      </form>
    </>
  );
}

/** Why somebody is not asked whether they want it done. */
export function ActOfOthersPage({ role, back, viewer: { name, roles = [] } }: {
  readonly role: string;
  readonly back: string;
  readonly viewer: Viewer;
}) {
  return (
    <>
      <p class="notice is-warn" role="alert">
        {`It is for who has the role ${role}; ${name} has ${roles.join(", ") || "none"}.`}
      </p>
      <p class="acts">
        <a class="button is-main" href={back}>Go back</a>
      </p>
    </>
  );
}

/** What became of an act. */
export function ActDonePage({ chosen, value }: {
  readonly chosen: ChosenAct;
  readonly value: unknown;
}) {
  return (
    <>
      <p class="notice is-good" role="status">
        {`${sentence(chosen.act.name)} was taken by "${chosen.service}".`}
      </p>
      <section class="part">
        <h2>What became of it</h2>
        <DataText value={value} />
      </section>
      <p class="acts part">
        <a class="button is-main" href={chosen.back}>Go back</a>
      </p>
    </>
  );
}

function sentence(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
