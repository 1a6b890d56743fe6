/** What only stories have. */
export const story = `
.story-drawing { padding: 4px 0 10px; }
.story-drawing svg { display: block; }
.story-drawing text { font-family: var(--sans); fill: var(--ink); }
.story-drawing .lane { stroke: var(--lane, var(--line-strong)); stroke-opacity: .28; stroke-dasharray: 2 4; }
.story-drawing .lane-name { font-size: 12px; font-weight: 620; fill: var(--lane, var(--muted)); }
.story-drawing .after { font-size: 11px; fill: var(--muted); font-variant-numeric: tabular-nums; }
.story-drawing .gap { font-size: 11px; font-weight: 600; fill: var(--muted); }
.story-drawing .edge { fill: none; stroke: var(--line-strong); stroke-width: 1.4; }
.story-drawing .edge.is-undoes { stroke: var(--warn); stroke-dasharray: 4 3; }
.story-drawing .edge.is-refused, .story-drawing .edge.is-stuck { stroke: var(--bad); }
.story-drawing rect { fill: var(--surface); stroke: var(--lane, var(--line-strong)); stroke-opacity: .55; }
.story-drawing a:hover rect, .story-drawing a:focus-visible rect { fill: var(--hover); stroke-opacity: 1; stroke-width: 1.6; }
.story-drawing a:hover { text-decoration: none; }
.story-drawing a:focus-visible { outline: none; }
.story-drawing .type { font-size: 11.5px; letter-spacing: -.01em; font-weight: 560; }
.story-drawing .note { font-size: 10.5px; fill: var(--muted); font-family: var(--mono); letter-spacing: -.02em; }
.story-drawing .is-undoes rect { fill: var(--warn-ground); stroke: var(--warn); stroke-dasharray: 4 3; }
.story-drawing .is-refused rect { fill: var(--bad-ground); stroke: var(--bad); }
.story-drawing .is-stuck rect { fill: var(--bad); stroke: var(--bad); }
.story-drawing .is-stuck .type, .story-drawing .is-stuck .note { fill: var(--surface); }
.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; margin-top: 8px; }
.legend span::before { content: ""; display: inline-block; width: 14px; height: 9px; margin-right: 6px; border: 1px solid var(--warn); border-radius: 2px; }
.legend .is-undoes::before { border-style: dashed; background: var(--warn-ground); }
.legend .is-refused::before { border-color: var(--bad); background: var(--bad-ground); }
.legend .is-stuck::before { border-color: var(--bad); background: var(--bad); }
`;
