/** The style of a bundle's page, on screens and on paper. */
export const pageStyle = `
  body { font: 10pt/1.45 system-ui, sans-serif; color: #111; background: #fff; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; }
  h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } h3, h4 { font-size: 1rem; }
  table { border-collapse: collapse; width: 100%; } th, td { border: 1px solid #bbb; padding: .2rem .4rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; min-width: 5em; }
  table.events { table-layout: fixed; } table.events th { min-width: 0; }
  table.events th:nth-child(1) { width: 4.5em; } table.events th:nth-child(2), table.events th:nth-child(3) { width: 7.5em; } table.events th:nth-child(4) { width: 10em; } table.events th:nth-child(6) { width: 6em; } table.events th:nth-child(7) { width: 15em; }
  thead { display: table-header-group; } tr { break-inside: avoid; } th { background: #f2f2f2; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f6f6f6; padding: .5rem; } code { overflow-wrap: anywhere; }
  @page { size: A4 landscape; margin: 1.5cm; } @media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; } }`;
