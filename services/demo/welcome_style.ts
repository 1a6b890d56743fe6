/** How the first page looks, by day and by night. */
export const welcomeStyle = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f6f7f8, #0d1013);
  --surface: light-dark(#ffffff, #14181c);
  --hover: light-dark(#f0f3f4, #1b2126);
  --line: light-dark(#e2e6e9, #242b31);
  --ink: light-dark(#12181d, #e7ebee);
  --muted: light-dark(#53606b, #9ba7b1);
  --accent: light-dark(#0a6570, #5cc5cd);
  --on-accent: light-dark(#ffffff, #06191b);
  --warn: light-dark(#7c4a00, #f2bb6b);
  --bad: light-dark(#ad1f17, #ff9a91);
  --sans: ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace;
}
*, *::before, *::after { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 14.5px/1.55 var(--sans); font-variant-numeric: tabular-nums; }
h1, h2, p, ul, ol { margin: 0; padding: 0; }
ul, ol { list-style: none; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.mono { font-family: var(--mono); font-size: .9em; }
header, main { max-width: 1160px; margin: 0 auto; padding: 0 28px; }
header { display: flex; justify-content: space-between; align-items: center; padding-top: 22px; }
header nav { display: flex; gap: 18px; }
header a { text-decoration: none; font-weight: 550; }
.brand { font-weight: 660; letter-spacing: -.01em; }
main { padding-top: 44px; padding-bottom: 64px; }
h1 { font-size: 30px; line-height: 1.2; font-weight: 660; letter-spacing: -.022em; }
.lead { max-width: 56ch; margin: 10px 0 30px; color: var(--muted); }
.refused { margin-bottom: 22px; padding: 9px 14px; border-left: 3px solid var(--bad); background: var(--surface); }
.stories { display: grid; gap: 26px; }
.stories h2 { margin-bottom: 9px; font-size: 13px; font-weight: 600; color: var(--muted); }
.stories ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(236px, 1fr)); gap: 8px; }
button, .button {
  padding: 6px 13px; border: 1px solid var(--line); border-radius: 7px; background: var(--surface); color: var(--ink);
  font: 550 13.5px/1.4 var(--sans); text-align: left; text-decoration: none; cursor: pointer;
}
button:hover, .button:hover { background: var(--hover); border-color: var(--muted); }
button:disabled { color: var(--muted); cursor: default; opacity: .6; }
.stories button { width: 100%; height: 100%; padding: 11px 14px; }
.stories b { display: block; font-weight: 580; }
.stories span { color: var(--muted); font-weight: 400; font-size: 12.5px; }
.button.is-main { border-color: var(--accent); background: var(--accent); color: var(--on-accent); }
.columns { display: grid; grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr); gap: 34px; align-items: start; }
.columns .stories ul { grid-template-columns: minmax(0, 1fr); }
.order { position: sticky; top: 20px; border: 1px solid var(--line); border-radius: 9px; background: var(--surface); }
.order-head { display: flex; justify-content: space-between; align-items: start; gap: 14px; padding: 14px 18px; border-bottom: 1px solid var(--line); }
.order-head h2 { font-size: 15px; font-weight: 620; }
.order-head .mono { color: var(--muted); }
.events { min-height: 220px; padding: 8px 0; }
.events li { display: grid; grid-template-columns: 96px 96px minmax(0, 1fr); gap: 0 10px; padding: 3px 18px; align-items: baseline; }
.events li > .mono:last-child { grid-column: 3; color: var(--muted); font-size: 12px; overflow-wrap: anywhere; }
.stuck { margin: 0 18px 12px; padding: 8px 13px; border-left: 3px solid var(--bad); background: var(--ground); }
.stuck a { font-weight: 580; }
.events time { color: var(--muted); }
.events b { font-weight: 560; }
.events .service { color: var(--accent); font-size: 13px; }
.events .is-undoing b { color: var(--warn); }
.events:empty::before { content: "Waiting for its first event"; padding: 3px 18px; color: var(--muted); }
.order .acts { display: flex; flex-wrap: wrap; gap: 8px; padding: 12px 18px; border-top: 1px solid var(--line); }
.order .acts .button { margin-left: auto; }
@keyframes come { from { background: light-dark(#d8eef0, #17383c); } }
.is-new { animation: come 1.4s ease-out; }
@media (max-width: 860px) {
  header, main { padding-left: 16px; padding-right: 16px; }
  main { padding-top: 26px; }
  .columns { grid-template-columns: minmax(0, 1fr); }
  .order { position: static; }
  .events li { grid-template-columns: 88px minmax(0, 1fr); padding: 3px 14px; }
  .events li > b, .events li > .mono:last-child { grid-column: 2; }
}
@media (prefers-reduced-motion: reduce) { .is-new { animation: none; } }
`;
