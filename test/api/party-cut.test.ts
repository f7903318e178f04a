/** How a party reaches holdings, whoever's data is in them, and the fewest edges to close. */
import { describe, expect, it } from 'vitest';
import { enrolled, placed, sent } from '../support/given-events.ts';
import { serverOfEachTest } from '../support/server-of-each-test.ts';

const own = serverOfEachTest();

const control = (id: string, controller: string, controlled: string) =>
  sent(id, 'ControlBegan', { controller, controlled, basis: 'ownership' });

const names = (edges: ReadonlyArray<{ from: string; edge: string; to: string }>): ReadonlyArray<string> =>
  edges.map(({ from, edge, to }) => `${from} ${edge} ${to}`);

describe('Given two paths from a holding company to a site, through one operator, and a grant over one person', () => {
  const world = [
    sent('site', 'SiteRegistered', {
      site: 'virginia',
      name: 'Virginia',
      country: 'US',
      operator: 'operator',
    }),
    placed('placed', 'us', 'virginia'),
    enrolled('first-one', 'ana'),
    control('a', 'top', 'left'),
    control('b', 'top', 'right'),
    control('c', 'left', 'operator'),
    control('d', 'right', 'operator'),
  ];

  it('then the graph has both, and the one edge behind them is to be closed', async () => {
    const position = await own.server.record(world);
    const { body } = await own.server.get('/v1/parties/top/reach', {
      explain: 'cut',
      site: 'virginia',
      validAt: '2021-01-01',
      atLeast: position,
    });
    expect(body.data.reaches).toBe(true);
    expect(names(body.data.edges)).toEqual([
      'left controls operator',
      'operator operates virginia',
      'right controls operator',
      'top controls left',
      'top controls right',
    ]);
    expect(body.data.close).toHaveLength(1);
    expect(body.data.limitMet).toBe(false);
  });

  it('when somebody has a grant over only that person’s data, then that path counts, too', async () => {
    const grant = {
      grant: 'g',
      party: 'top',
      over: { dataset: 'profile', scope: { subject: 'ana' } },
      actions: ['read'],
    };
    const position = await own.server.record([...world, sent('g', 'AccessGranted', grant)]);
    const { body } = await own.server.get('/v1/parties/top/reach', {
      explain: 'cut',
      dataset: 'profile',
      validAt: '2021-01-01',
      atLeast: position,
    });
    expect(names(body.data.edges)).toContain('top granted g');
    expect(body.data.close).toHaveLength(2);
  });

  it('when the party cannot reach it, then the reason is given', async () => {
    const position = await own.server.record([
      ...world,
      sent('p', 'PartyRegistered', { party: 'nobody', kind: 'organisation', name: 'N' }),
    ]);
    const asked = { explain: 'cut', site: 'virginia', validAt: '2021-01-01', atLeast: position };
    const { body } = await own.server.get('/v1/parties/nobody/reach', asked);
    expect(body.data).toMatchObject({ reaches: false, because: 'no-chain', edges: [] });
    expect((await own.server.get('/v1/parties/who/reach', asked)).status).toBe(404);
  });
});
