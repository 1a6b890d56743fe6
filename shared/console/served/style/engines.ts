/** Pages of engines: how far a rebuild is, the steps of a saga. */
export const engines = `
.progress { display: inline-flex; align-items: center; gap: 8px; white-space: nowrap; }
progress { width: 160px; height: 8px; accent-color: var(--accent); }
.drawing { padding: 8px; }
.way { display: block; }
.way text { font: 12.5px var(--sans); fill: var(--ink); }
.way .name { font-weight: 560; }
.way .status { font-size: 11.5px; fill: var(--muted); }
.way rect { fill: var(--surface); stroke: var(--line-strong); }
.way .edge { stroke: var(--line-strong); stroke-width: 1.5; fill: none; }
.way .is-undo rect { stroke-dasharray: 5 3; }
.way .is-todo .name, .way .is-needless .name { fill: var(--muted); }
.way .is-todo rect, .way .is-needless rect { stroke: var(--line); }
.way .is-needless rect { fill: none; }
.way .is-done rect { fill: var(--good-ground); stroke: var(--good); }
.way .is-done .status { fill: var(--good); }
.way .is-open rect { fill: var(--accent-ground); stroke: var(--accent); stroke-width: 1.5; }
.way .is-open .status { fill: var(--accent); }
.way .is-stuck rect, .way .is-refused rect { fill: var(--bad-ground); stroke: var(--bad); stroke-width: 1.5; }
.way .is-stuck .status, .way .is-refused .status { fill: var(--bad); }
.way .is-undone rect, .way .is-skipped rect, .way .is-left rect { fill: var(--warn-ground); stroke: var(--warn); }
.way .is-undone .status, .way .is-skipped .status, .way .is-left .status { fill: var(--warn); }
`;
