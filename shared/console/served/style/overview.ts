/** What only the first page has. */
export const overview = `
.rates { display: flex; align-items: center; gap: 18px; min-height: 40px; margin-bottom: 10px; }
.rate { display: flex; align-items: baseline; gap: 6px; min-width: 92px; white-space: nowrap; }
.rate b { font-size: 22px; line-height: 1; font-weight: 600; letter-spacing: -0.02em; }
.bars { width: 240px; height: 32px; flex: none; fill: var(--accent); }
.by-service { flex: 1 1 0; max-height: 40px; overflow: hidden; display: flex; flex-wrap: wrap; gap: 2px 16px; font-size: var(--small); }
@keyframes come { from { background: var(--accent-ground); } }
.is-new { animation: come 1.6s ease-out; }
@media (max-width: 760px) {
  .rates { flex-wrap: wrap; gap: 8px 16px; }
  .bars { flex: 1 1 140px; width: auto; }
  .by-service { flex-basis: 100%; min-height: 40px; }
}
/* Beside each other, so that what comes up on one side moves nothing on the other */
@media (min-width: 1180px) {
  .overview { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 2.3fr); gap: 26px; align-items: start; }
  .overview > .part + .part { margin-top: 0; }
  .overview .status .what:has(.says) { display: inline; }
  .overview tr.flow .stream a { display: inline; }
  .overview th:nth-child(5), .overview tr.flow .one-line { display: none; }
  .overview th:nth-child(4), .overview tr.flow .stream { width: 99%; max-width: 0; overflow: hidden; text-overflow: ellipsis; }
}
`;
