/** Colours, type and space, for light and dark; everything else is made of these. */
export const tokens = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f6f7f8, #0d1013);
  --surface: light-dark(#ffffff, #14181c);
  --sunk: light-dark(#eff1f3, #0a0d0f);
  --hover: light-dark(#f0f3f4, #1b2126);
  --line: light-dark(#e2e6e9, #242b31);
  --line-strong: light-dark(#c5cdd3, #3b4650);
  --ink: light-dark(#12181d, #e7ebee);
  --muted: light-dark(#53606b, #9ba7b1);
  --accent: light-dark(#0a6570, #5cc5cd);
  --accent-ground: light-dark(#e1f2f3, #10292c);
  --on-accent: light-dark(#ffffff, #06191b);
  --bad: light-dark(#ad1f17, #ff9a91);
  --bad-ground: light-dark(#fdeceb, #2d1513);
  --bad-line: light-dark(#f1c1bd, #5c2a26);
  --warn: light-dark(#7c4a00, #f2bb6b);
  --warn-ground: light-dark(#fdf3e1, #2a1f0d);
  --warn-line: light-dark(#eed7ab, #58421b);
  --good: light-dark(#166338, #66cf95);
  --good-ground: light-dark(#e4f4ea, #10261a);
  --lane-0: light-dark(#0c6491, #6cc6f3);
  --lane-1: light-dark(#743f9a, #c9a1e5);
  --lane-2: light-dark(#5f6a13, #bcc65d);
  --lane-3: light-dark(#304ea4, #9eb4ee);
  --lane-4: light-dark(#a1398c, #e99eda);
  --lane-5: light-dark(#545f6d, #bac1cb);
  --lane-6: light-dark(#6456bf, #aca2e8);
  --lane-7: light-dark(#7c228a, #ecb7f5);
  --sans: ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace;
  --small: 12px;
  --body: 13.5px;
  --radius: 6px;
}

*, *::before, *::after { box-sizing: border-box; }

html { -webkit-text-size-adjust: 100%; scroll-padding-top: 64px; }

body {
  margin: 0;
  background: var(--ground);
  color: var(--ink);
  font: var(--body)/1.5 var(--sans);
  font-variant-numeric: tabular-nums;
  text-rendering: optimizeLegibility;
}

h1, h2, h3, p, ol, ul, dl, dd, figure, pre, table { margin: 0; padding: 0; }
ol, ul { list-style: none; }
h1 { font-size: 19px; line-height: 1.3; font-weight: 620; letter-spacing: -0.012em; }
h2 { font-size: 13.5px; line-height: 1.4; font-weight: 620; }
h3 { font-size: var(--small); font-weight: 600; color: var(--muted); }
code, pre, kbd, .mono { font-family: var(--mono); font-size: 0.92em; font-variant-ligatures: none; }
small, .small { font-size: var(--small); }
.muted { color: var(--muted); }
.nowrap { white-space: nowrap; }

a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; text-underline-offset: 2px; }
a.plain { color: inherit; }

:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }

.skip { position: absolute; left: 12px; top: -60px; z-index: 10; }
.skip:focus {
  top: 10px; padding: 8px 14px; border-radius: var(--radius);
  background: var(--accent); color: var(--on-accent);
}
.hidden {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}

@media (prefers-reduced-motion: reduce) {
  *, *::before, *::after { animation: none !important; transition: none !important; scroll-behavior: auto !important; }
}
`;
