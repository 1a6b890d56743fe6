/** What pages are put together from: status lines, tables, forms, notices, data. */
export const parts = `
.status { border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); }
.status > li { display: grid; grid-template-columns: 7px minmax(0, 1fr) auto; align-items: baseline; gap: 2px 10px; padding: 7px 12px; }
.status > li > :not(.dot) { grid-column: 2; }
.status > li > .since { grid-column: 3; grid-row: 1; }
.status > li + li { border-top: 1px solid var(--line); }
.status .what { overflow-wrap: anywhere; }
.status .what b { font-weight: 580; }
.status .says { margin-left: 10px; color: var(--muted); }
.status .since { color: var(--muted); font-size: var(--small); white-space: nowrap; }
.status .cause { overflow-wrap: anywhere; }
.status .acts { padding: 5px 0 3px; }
.status > li > .acts.is-beside { grid-column: 3; grid-row: 1; padding: 0; }
.status > li.is-bad { background: var(--bad-ground); }
.status > li.is-warn { background: var(--warn-ground); }

@media (min-width: 761px) {
  .status .what:has(.says) { display: inline-grid; grid-template-columns: minmax(11em, max-content) minmax(0, 1fr); align-items: baseline; }
}

.dot { align-self: start; width: 7px; height: 7px; margin-top: 7px; border-radius: 50%; background: var(--line-strong); }
.dot.is-good { background: var(--good); }
.dot.is-warn { background: var(--warn); }
.dot.is-bad { background: var(--bad); }

.tag {
  display: inline-block; padding: 0 7px; border-radius: 10px; border: 1px solid var(--line);
  background: var(--surface); color: var(--muted); font-size: 11.5px; line-height: 18px; font-weight: 550; white-space: nowrap;
}
.tag.is-good { border-color: transparent; background: var(--good-ground); color: var(--good); }
.tag.is-warn { border-color: var(--warn-line); background: var(--warn-ground); color: var(--warn); }
.tag.is-bad { border-color: var(--bad-line); background: var(--bad-ground); color: var(--bad); }

.acts { display: flex; flex-wrap: wrap; gap: 6px; }
.button, button {
  display: inline-flex; align-items: center; justify-content: center; min-height: 28px; padding: 3px 11px;
  border: 1px solid var(--line-strong); border-radius: var(--radius); background: var(--surface); color: var(--ink);
  font: 550 12.5px/1.4 var(--sans); cursor: pointer;
}
.button:hover, button:hover { background: var(--hover); text-decoration: none; }
.button.is-main, button.is-main { border-color: var(--accent); background: var(--accent); color: var(--on-accent); }
.button.is-main:hover, button.is-main:hover { filter: brightness(1.08); }
.button.is-grave, button.is-grave { border-color: var(--bad); background: var(--bad); color: var(--surface); }
.button[aria-disabled="true"] { color: var(--muted); border-color: var(--line); pointer-events: none; }

.button .whose { margin-left: 6px; font-weight: 450; }

.notice { padding: 9px 13px; border: 1px solid var(--line); border-left: 3px solid var(--line-strong); border-radius: var(--radius); background: var(--surface); }
.notice + *, .status + .part { margin-top: 20px; }
.notice.is-good { border-left-color: var(--good); }
.notice.is-warn { border-left-color: var(--warn); }
.notice.is-bad { border-left-color: var(--bad); }

.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); }
table { width: 100%; border-collapse: collapse; font-size: 13px; }
th { padding: 6px 12px; text-align: left; font-size: var(--small); font-weight: 560; color: var(--muted); white-space: nowrap; border-bottom: 1px solid var(--line); }
td { padding: 4px 12px; vertical-align: baseline; border-top: 1px solid var(--line); }
tbody tr:first-child td { border-top: 0; }
tbody tr:hover { background: var(--hover); }
th.number, td.number { text-align: right; }
td.fill { width: 99%; overflow-wrap: anywhere; }
tr.flow td { padding-top: 0; padding-bottom: 0; }
tr.flow a { display: inline-block; padding: 4px 0; }
td.one-line { max-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
td.tight, th.tight { width: 1%; white-space: nowrap; }
td.tight > .acts { flex-wrap: nowrap; }
td p a { text-decoration: underline; text-underline-offset: 2px; }
.empty { padding: 14px; color: var(--muted); }
.pages { display: flex; align-items: center; gap: 6px; margin-top: 10px; }
.pages .small { margin-left: auto; color: var(--muted); }

label { display: block; font-size: var(--small); font-weight: 560; color: var(--muted); }
input, select, textarea {
  width: 100%; min-height: 30px; padding: 4px 9px; border: 1px solid var(--line-strong); border-radius: var(--radius);
  background: var(--surface); color: var(--ink); font: var(--body)/1.45 var(--sans);
}
textarea { min-height: 64px; resize: vertical; }
input[type="checkbox"] { width: auto; min-height: 0; }
::placeholder { color: var(--muted); opacity: 1; }
.fields + .fields { margin-top: 10px; }
form + .part, .steps + .columns { margin-top: 22px; }
.find { max-width: 640px; }
.choice label { width: 190px; }
.fields { display: flex; flex-wrap: wrap; align-items: end; gap: 10px; }
.fields > * { flex: 0 1 auto; }
.fields > .grow { flex: 1 1 240px; }
.fields > label:not(.grow) { flex: 0 1 190px; }
.form { display: grid; gap: 14px; max-width: 640px; }
.form .acts { margin-top: 2px; }

.pairs { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 3px 18px; }
.pairs dt { color: var(--muted); }
.pairs dd { overflow-wrap: anywhere; }

.data {
  padding: 10px 13px; border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface);
  font: 12.5px/1.55 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 2;
}
.data.is-bytes { white-space: pre; overflow-wrap: normal; overflow-x: auto; }
.data .k { color: var(--lane-0); }
.data .s { color: var(--good); }
.data .n { color: var(--lane-1); }
.data .l { color: var(--warn); }
details > summary { cursor: pointer; color: var(--muted); font-size: var(--small); font-weight: 560; }
details[open] > summary { margin-bottom: 8px; }

.lane-0 { --lane: var(--lane-0); } .lane-1 { --lane: var(--lane-1); } .lane-2 { --lane: var(--lane-2); }
.lane-3 { --lane: var(--lane-3); } .lane-4 { --lane: var(--lane-4); } .lane-5 { --lane: var(--lane-5); }
.lane-6 { --lane: var(--lane-6); } .lane-7 { --lane: var(--lane-7); }
.of { display: inline-flex; align-items: baseline; gap: 6px; color: var(--lane, var(--muted)); font-weight: 550; white-space: nowrap; }
.of::before { content: ""; align-self: center; width: 8px; height: 8px; border-radius: 2px; background: var(--lane, var(--line-strong)); }

@media (max-width: 760px) {
  .button, button { min-height: 38px; padding: 6px 14px; }
  input, select, textarea { min-height: 40px; font-size: 16px; }
  .pairs { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .pairs dd { margin-bottom: 8px; }
  table:has(tr.flow), table:has(tr.flow) tbody { display: block; }
  tr.flow { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; padding: 5px 0; border-top: 1px solid var(--line); }
  tr.flow td { display: block; width: auto; max-width: none; padding: 0 10px; border: 0; }
  tr.flow .service { grid-row: 1; grid-column: 1; padding-right: 0; }
  tr.flow .event { grid-row: 1; grid-column: 2; font-weight: 560; overflow: hidden; text-overflow: ellipsis; }
  tr.flow .story { grid-row: 1; grid-column: 3; }
  tr.flow .stream { grid-row: 2; grid-column: 1 / 4; overflow: hidden; text-overflow: ellipsis; }
  tr.flow .one-line { display: none; }
  tr.flow .time { grid-row: 3; grid-column: 1 / 4; font-size: var(--small); }
  thead:has(+ tbody > tr.flow) { display: none; }
  table:not(:has(tr.flow)), table:not(:has(tr.flow)) > tbody { display: block; }
  table:not(:has(tr.flow)) > thead { display: none; }
  tr:not(.flow) { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 12px; padding: 8px 12px; }
  tr:not(.flow) + tr { border-top: 1px solid var(--line); }
  tr:not(.flow) > td { width: auto; padding: 0; border: 0; text-align: left; }
  tr:not(.flow) > td.fill, tr:not(.flow) > td:has(.acts), tr:not(.flow) > td.one-line { flex-basis: 100%; max-width: 100%; }
  tr:not(.flow) > td:empty { display: none; }
  td[data-title]::before { content: attr(data-title) " "; color: var(--muted); font: var(--small) var(--sans); }
  .acts .button { flex: none; }
  .fields > label:not(.grow) { flex: 1 1 140px; }
}
`;
