/** Where things stand: navigation beside or above, the page, its head. */
export const frame = `
.frame { display: grid; grid-template-columns: 204px minmax(0, 1fr); min-height: 100vh; min-height: 100dvh; }

.side {
  position: sticky; top: 0; align-self: start; height: 100vh; height: 100dvh;
  display: flex; flex-direction: column; gap: 22px;
  padding: 18px 12px 14px; border-right: 1px solid var(--line); overflow-y: auto;
}
.brand { display: flex; align-items: center; gap: 9px; padding: 0 8px; color: var(--ink); font-weight: 640; letter-spacing: -0.01em; }
.brand:hover { text-decoration: none; }
.brand svg { width: 20px; height: 20px; flex: none; color: var(--accent); }
.brand span { font-weight: 450; color: var(--muted); }

.menu { display: flex; flex-direction: column; gap: 1px; }
.menu a {
  display: flex; align-items: center; justify-content: space-between; gap: 8px;
  padding: 5px 8px; border-radius: var(--radius); color: var(--muted); font-weight: 500;
}
.menu a:hover { background: var(--hover); color: var(--ink); text-decoration: none; }
.menu a[aria-current="page"] { background: var(--accent-ground); color: var(--accent); }
.menu .count {
  min-width: 19px; padding: 0 6px; border-radius: 10px; text-align: center;
  background: var(--bad-ground); color: var(--bad); font-size: 11px; line-height: 17px; font-weight: 650;
}
.side footer { margin-top: auto; padding: 0 8px; color: var(--muted); font-size: var(--small); }

.who { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 10px; margin-bottom: 10px; }
.who p { flex: 1 1 auto; overflow-wrap: anywhere; }
.who b { display: block; color: var(--ink); font-weight: 580; }

.link-state { display: flex; align-items: center; gap: 7px; }
.link-state::before { content: ""; width: 7px; height: 7px; border-radius: 50%; background: var(--line-strong); }
[data-link="open"] .link-state::before { background: var(--good); }
[data-link="lost"] .link-state::before { background: var(--warn); }
.link-state .when-open, .link-state .when-lost { display: none; }
[data-link="open"] .link-state .when-open, [data-link="lost"] .link-state .when-lost { display: inline; }
[data-link] .link-state .when-none { display: none; }

main { min-width: 0; max-width: 1320px; padding: 18px 28px 56px; }
main:focus { outline: none; }
.head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 14px; margin-bottom: 16px; }
.head p { color: var(--muted); }
.head .acts { margin-left: auto; }
.crumbs { display: flex; flex-wrap: wrap; gap: 2px 6px; margin-bottom: 4px; color: var(--muted); font-size: var(--small); }
.crumbs li + li::before { content: "/"; margin-right: 6px; color: var(--line-strong); }

.part + .part { margin-top: 26px; }
.part > header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 12px; margin-bottom: 8px; }
.part > header .more { margin-left: auto; font-size: var(--small); }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 26px; }
.columns > .part + .part { margin-top: 0; }

@media (max-width: 980px) { .columns { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 760px) {
  .frame { display: block; }
  .side {
    position: static; height: auto; flex-direction: column; gap: 8px; padding: 10px 14px 0;
    border-right: 0; border-bottom: 1px solid var(--line); overflow: visible;
  }
  .brand { padding: 0; }
  .menu { flex-direction: row; gap: 2px; margin: 0 -14px; padding: 0 10px; overflow-x: auto; scrollbar-width: none; }
  .menu a { flex: none; padding: 8px 8px 9px; border-radius: 0; border-bottom: 2px solid transparent; }
  .menu a:hover { background: none; }
  .menu a[aria-current="page"] { background: none; border-bottom-color: var(--accent); }
  .side footer { position: absolute; top: 8px; right: 14px; min-height: 30px; display: flex; flex-direction: row-reverse; align-items: center; gap: 12px; margin: 0; padding: 0; }
  .who { margin: 0; }
  .who p { display: none; }
  /* The dot says it where there is no room for words */
  .side footer:has(.who) .link-state { gap: 0; font-size: 0; }
  .who button { min-height: 30px; padding: 2px 10px; }
  main { padding: 16px 14px 48px; }
  .head .acts { margin-left: 0; width: 100%; }
}
`;
