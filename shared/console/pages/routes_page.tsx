import type { Child } from "hono/jsx";
import { ActLink } from "../components/act_link.tsx";
import { consolePath } from "../components/console_path.ts";
import { Part } from "../components/part.tsx";
import { SilentServices } from "../components/silent_services.tsx";
import { StatusLine, StatusList, Tag } from "../components/status_line.tsx";
import { Table } from "../components/table.tsx";
import { Ago } from "../components/time_text.tsx";
import type { ShownReport, ShownRoute } from "./routes_data.ts";

/** Where routes are shown. */
export const routesPath = "/routes";

/** Routes that move from another system: who serves them, who decided that, and why. */
export function RoutesPage({ routes, silent = [], now }: {
  readonly routes: readonly ShownRoute[];
  /** Services of which nothing is known; default: none. */
  readonly silent?: readonly string[];
  readonly now: number;
}) {
  if (routes.length === 0 && silent.length === 0) {
    return (
      <p class="notice">
        No route moves from another system: a gateway has none until its table of routes names one.
      </p>
    );
  }
  return (
    <Part title="Strangled routes" id="routes" reload="moved">
      <SilentServices of={silent} />
      <StatusList>
        {routes.map((each) => (
          <StatusLine
            standing={each.isKilled ? "bad" : each.mode === "new" ? "good" : "idle"}
            what={<a class="plain" href={routeUrl(each.route)}>{each.route}</a>}
            says={`${shareText(each)}${
              each.shadowPercent > 0 ? ` · ${each.shadowPercent} % in the shadow` : ""
            }${each.rollBacks > 0 ? ` · taken back ${each.rollBacks} times` : ""}`}
            cause={each.isKilled ? `killed by ${each.changedBy}: ${each.reason}` : undefined}
            since={each.changedAt ?? undefined}
            now={now}
            acts={each.isKilled ? <KillSwitch of={each} /> : undefined}
          />
        ))}
      </StatusList>
    </Part>
  );
}

/** One route: who serves it, what changes that, and how the new side compares. */
export function RoutePage({ of, report, now }: {
  readonly of: ShownRoute;
  /** Undefined: nobody can tell. */
  readonly report: ShownReport | undefined;
  readonly now: number;
}) {
  const { mode, percent, shadowPercent, pinnedLegacy, pinnedNew, changedAt, changedBy } = of;
  return (
    <>
      <Part title="Now">
        <dl class="pairs">
          <dt>Served by</dt>
          <dd>
            {of.isKilled && <Tag standing="bad">killed</Tag>} {shareText(of)}
          </dd>
          <dt>Shadow</dt>
          <dd>{`${shadowPercent} % of requests are asked of the new side as well`}</dd>
          <dt>Pinned</dt>
          <dd>{`${pinnedLegacy} to the legacy side, ${pinnedNew} to the new one`}</dd>
          {changedAt !== null && (
            <>
              <dt>Decided</dt>
              <dd>
                <Ago at={changedAt} now={now} /> {`by ${changedBy}: ${of.reason}`}
              </dd>
            </>
          )}
        </dl>
      </Part>
      <Part title="Change it" about="each is shown before it is done">
        <div class="fields">
          <RouteForm of={of} act="set" button="Set the share">
            <label>
              New side: legacy, per cent, or new
              <input
                name="arg.share"
                required
                pattern="legacy|new|\d{1,3}(\.\d{1,2})?"
                value={mode === "canary" ? String(percent) : mode}
              />
            </label>
          </RouteForm>
          <RouteForm of={of} act="shadow" button="Set the shadow">
            <label>
              Shadow, per cent
              <input
                name="arg.percent"
                required
                pattern="\d{1,3}(\.\d{1,2})?"
                value={String(shadowPercent)}
              />
            </label>
          </RouteForm>
        </div>
      </Part>
      <Part
        title="In the shadow"
        about={report?.since != null ? <>since {report.since.slice(0, 19)}</> : undefined}
        id="report"
        reload="moved"
      >
        {report ? <Report of={report} /> : <p class="muted">Nobody can tell.</p>}
      </Part>
    </>
  );
}

/** Everything to the legacy side, or that taken back. */
export function KillSwitch({ of: { service, route, isKilled } }: { readonly of: ShownRoute }) {
  return (
    <ActLink
      {...{ service, engine: "routes", act: "kill", back: routeUrl(route) }}
      args={{ route, ...(isKilled && { lift: true }) }}
      isGrave={!isKilled}
    >
      {isKilled ? "Lift the kill switch" : "Kill"}
    </ActLink>
  );
}

/** Leads to the act with what was chosen. */
function RouteForm({ of: { service, route }, act, button, children }: {
  readonly of: ShownRoute;
  readonly act: string;
  readonly button: string;
  readonly children?: Child;
}) {
  const given = { service, engine: "routes", act, back: routeUrl(route), "arg.route": route };
  return (
    <form method="get" action={`${consolePath}/act`} class="fields">
      {Object.entries(given).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      {children}
      <button type="submit">{button}</button>
    </form>
  );
}

function Report({ of }: { readonly of: ShownReport }) {
  const { samples, mismatchRate, noiseSamples, dropped, fields, examples, verdict } = of;
  return (
    <>
      <p class={of.isSafeToRaise ? "notice is-good" : "notice"}>
        {`${verdict}. ${samples.toLocaleString("en")} samples, ${
          (mismatchRate * 100).toFixed(2)
        } % with a difference; the legacy side was asked twice for ${noiseSamples}; ${dropped} dropped.`}
      </p>
      {fields.length > 0 && (
        <Table
          label="Fields that differ"
          columns={[
            { title: "Field", is: "fill" },
            { title: "Differed", is: "number" },
            { title: "From itself", is: "number" },
            { title: "" },
          ]}
        >
          {fields.map(({ field, raw, noise, counts }) => (
            <tr>
              <td class="fill mono">{field}</td>
              <td class="number">{raw}</td>
              <td class="number">{noise}</td>
              <td>{counts ? <Tag standing="bad">differs</Tag> : <Tag>noise</Tag>}</td>
            </tr>
          ))}
        </Table>
      )}
      {examples.map(({ at, request, differences }) => (
        <details>
          <summary>{`${at.slice(0, 19)} ${request}`}</summary>
          <ul>
            {differences.map((each) => (
              <li class="mono small">
                {`${each.field}: legacy ${each["legacy"]}, new ${each["new"]}`}
              </li>
            ))}
          </ul>
        </details>
      ))}
    </>
  );
}

/** Where a route is shown. */
function routeUrl(route: string): string {
  return `${consolePath}${routesPath}/${encodeURIComponent(route)}`;
}

function shareText({ mode, percent }: ShownRoute): string {
  if (mode === "new") return "all by the new side";
  return mode === "legacy" ? "all by the legacy side" : `${percent} % by the new side`;
}
