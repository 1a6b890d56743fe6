/** Follows the reader's choice of light or dark; on a phone the contents stand above. */
export const docsStyle = `
:root { color-scheme: light dark; --less: light-dark(#57606a, #9da7b3); --line: light-dark(#d0d7de, #3d444d); --accent: light-dark(#0a58ca, #6ea8fe); --soft: light-dark(#f6f8fa, #161b22); }
* { box-sizing: border-box; }
body { margin: 0; display: grid; grid-template-columns: 17rem minmax(0, 1fr); font: 15px/1.5 system-ui, sans-serif; background: light-dark(#fff, #0d1117); color: light-dark(#1f2328, #e6edf3); }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1rem; border-right: 1px solid var(--line); }
main { padding: 1rem 2rem 6rem; max-width: 62rem; }
h1 { font-size: 1.3rem; margin: 0; } h2 { font-size: 1.05rem; } h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
nav ul { list-style: none; margin: 0; padding: 0; }
a { color: var(--accent); }
article { border: 1px solid var(--line); border-radius: 6px; padding: .8rem 1rem; margin: 0 0 1rem; scroll-margin-top: 1rem; }
article:target { outline: 2px solid var(--accent); }
code, pre, .kind { font-family: ui-monospace, monospace; font-size: .9em; }
pre { background: var(--soft); padding: .6rem .8rem; border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; margin: .6rem 0 0; }
.less { color: var(--less); margin-left: .3em; } .fields { margin: .2rem 0; padding-left: 1.2rem; }
dt { font-weight: 600; margin-top: .4rem; } dd { margin-left: 1.2rem; overflow-wrap: anywhere; } dd p { margin: 0; }
summary { cursor: pointer; font-weight: 600; } details { margin: .3rem 0; }
.method { font-weight: 700; } .get { color: light-dark(#116329, #7ee787); } .post { color: light-dark(#0a58ca, #79c0ff); } .put { color: light-dark(#7d4e00, #e3b341); }
@media (max-width: 50rem) { body { display: block; } nav { position: static; height: auto; border: 0; } main { padding: 1rem; } }
`;
