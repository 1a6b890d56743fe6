/** A number that somebody looks at: in a panel or an alert. */
export type WatchedQuery = { readonly where: string; readonly expression: string };

/** A metric as a page shows it. */
export type ShownMetric = {
  readonly kind: string;
  /** Of the lines that there are; undefined: there is none. */
  readonly labels: ReadonlySet<string> | undefined;
};

/** What Prometheus adds by itself, and what its queries make. */
const addedLabels = ["instance", "job", "le", "process"];

/** All metrics of pages, by name. */
export function shownMetrics(pages: readonly string[]): ReadonlyMap<string, ShownMetric> {
  const lines = pages.flatMap((page) => page.split("\n"));
  const kinds = lines.flatMap((line) => line.match(/^# TYPE (\S+) (\S+)$/) ?? [])
    .filter((_, index) => index % 3 !== 0);
  return new Map(
    Array.from({ length: kinds.length / 2 }, (_, index): [string, ShownMetric] => {
      const [name = "", kind = ""] = kinds.slice(2 * index, 2 * index + 2);
      const own = lines.filter((line) =>
        [`${name}{`, `${name} `, `${name}_count{`].some((start) => line.startsWith(start))
      );
      const labels = own.flatMap((line) =>
        Array.from(line.matchAll(/[{,]([a-z_]+)="/g), ([, label]) => label!)
      );
      return [name, { kind, labels: own.length > 0 ? new Set(labels) : undefined }];
    }),
  );
}

/** What is wrong with a query: metrics that nobody shows, labels that they do not have. */
export function faultsOf(
  { where, expression }: WatchedQuery,
  shown: ReadonlyMap<string, ShownMetric>,
): readonly string[] {
  const found = expression.matchAll(/\b((?:headwater|process)_[a-z0-9_]+)(?:\{([^}]*)\})?/g);
  const used = Array.from(found, ([, name = "", matchers = ""]) => ({ name, matchers }));
  const known = used.map(({ name }) => knownAs(name, shown));
  const faults = used.flatMap(({ name, matchers }, index) => {
    const metric = known[index];
    if (!metric) return [`${where}: nobody shows ${name}`];
    return Array.from(matchers.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/g), ([, label]) => label!)
      .filter((label) => !has(metric, label))
      .map((label) => `${where}: ${name} has no label ${label}`);
  });
  const grouped = Array.from(
    expression.matchAll(/\bby \(([^)]*)\)/g),
    ([, list = ""]) => list.split(",").map((label) => label.trim()),
  ).flat();
  return [
    ...faults,
    ...grouped.filter((label) => !known.some((metric) => metric && has(metric, label)))
      .map((label) => `${where}: nothing in it has a label ${label}`),
  ];
}

function has({ labels }: ShownMetric, label: string): boolean {
  return labels === undefined || labels.has(label) || addedLabels.includes(label);
}

/** A histogram is shown as three. */
function knownAs(
  name: string,
  shown: ReadonlyMap<string, ShownMetric>,
): ShownMetric | undefined {
  const exact = shown.get(name);
  if (exact) return exact.kind === "histogram" ? undefined : exact;
  const histogram = shown.get(name.replace(/_(bucket|sum|count)$/, ""));
  return histogram?.kind === "histogram" ? histogram : undefined;
}
