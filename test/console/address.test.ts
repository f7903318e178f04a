/** Addresses and moments: the console reads what the API would read, and everything else is an error. */
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { oneOf, UnreadableAddress } from '../../console/src/clocks/address-fields.ts';
import { instantOf, readMoment, writeMoment } from '../../console/src/clocks/instants.ts';
import { parseSearch, searchWith, stringifySearch } from '../../console/src/clocks/view-search.ts';
import { instant } from '../../src/contract/questions/parameter.ts';

describe('A moment', () => {
  it('is read back as the same instant', () => {
    const first = new Date('0000-01-01').getTime();
    fc.assert(
      fc.property(fc.integer({ min: -62_000_000_000_000, max: 253_402_300_799_999 }), (ms) => {
        const read = readMoment(writeMoment(ms));
        expect(ms < first || (E.isRight(read) && Date.parse(read.right) === ms)).toBe(true);
      }),
    );
  });

  it.each([
    ['2022-06-30', '2022-06-30'],
    ['2022-06', '2022-06-01'],
    ['2022', '2022-01-01'],
    [' 2022-06-30 14:05 ', '2022-06-30T14:05:00Z'],
    ['2022-06-30T14:05:09+02:00', '2022-06-30T14:05:09+02:00'],
  ])('typed as %s is %s', (typed, moment) => {
    expect(readMoment(typed)).toEqual(E.right(moment));
  });

  it.each([
    '30.6.2022',
    '2022-02-31',
    '2022-13',
    '2022-06 14:05',
    '2022-06-30 25:00',
    '2022-06-30 24:00',
    'yesterday',
    '2022-6-3',
  ])('typed as %s is refused, with what is expected', (typed) => {
    const read = readMoment(typed);
    expect(E.isLeft(read) && read.left).toMatch(/Expected a date such as 2022-06-30/);
  });
});

describe('An address', () => {
  it('is read back as it was written, whatever it contains', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.stringMatching(/^[a-zA-Z]{1,8}$/),
          fc.string({ unit: 'binary', minLength: 1 }).filter((text) => text.isWellFormed()),
        ),
        (search) => {
          expect(parseSearch(stringifySearch(search))).toEqual({ ...search });
        },
      ),
    );
  });
});

const read = (query: string) => searchWith({ state: oneOf('open', 'ended') })(parseSearch(query));

describe('The address of a screen', () => {
  it('is read like the API’s parameters', () => {
    const shown = { validAt: '2022-06-30T14:05:00+02:00', knownPosition: '43', minAssurance: 'observed' };
    expect(read('validAt=2022-06-30T14:05:00%2B02:00&knownPosition=43&minAssurance=observed&state=')).toEqual(
      shown,
    );
    expect(new Date(instantOf(shown.validAt)!).toISOString()).toBe('2022-06-30T12:05:00.000Z');
  });

  it.each([
    ['validAt=2022-06-30T14:05:00+02:00', /validAt: .*"%2B" for the plus sign/],
    ['validAt=2022-06-30T14:05:00', /validAt: expected an RFC 3339 date-time with an offset/],
    ['validAt=2022-06-30T24:00:00Z', /validAt: expected a time of day that exists/],
    ['validAt=2022-02-31', /validAt: expected a date that exists/],
    ['knownAt=yesterday', /knownAt: expected an RFC 3339/],
    ['from=2022', /from: expected/],
    ['knownPosition=-1', /knownPosition: expected a position/],
    ['minAssurance=observd', /minAssurance: .*did you mean observed/],
    ['state=closed', /state: expected one of open, ended/],
    ['validat=2022-06-30', /validat: .*did you mean "validAt"/],
    ['validAt=2021-01-01&validAt=2022-01-01', /validAt: expected/],
  ])('that says %s is an error that names the field', (query, message) => {
    expect(() => read(query)).toThrow(UnreadableAddress);
    expect(() => read(query)).toThrow(message);
  });

  it('has an instant exactly if the API’s parameter does, and the same one, whatever is written', () => {
    const written = fc.oneof(
      fc.string(),
      fc.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
      fc.stringMatching(/^20\d{2}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-6]\d(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})?$/),
    );
    fc.assert(
      fc.property(
        written.filter((each) => each !== ''),
        (validAt) => {
          const asked = instant('validAt').decode(validAt);
          const query = new URLSearchParams({ validAt }).toString();
          if (E.isLeft(asked)) expect(() => read(query)).toThrow(UnreadableAddress);
          else expect(instantOf(read(query).validAt)).toBe(asked.right);
        },
      ),
    );
  });
});
