/** Formats values for users: times, numbers, and the data of an event in one line. */

import type { WireEvent } from '../../contract/rows/events.ts';
import { inText } from '../../domain/events/in-text.ts';

const groups = new Intl.NumberFormat('en');

/** A whole number with thousands separators: 1,234,567. */
export const wholeNumber = (value: number): string => groups.format(value);

/** `one event`, `2 events`. */
export const counted = (count: number, one: string, many: string): string =>
  `${wholeNumber(count)} ${count === 1 ? one : many}`;

/** A time in UTC, without needless zeros: `2022-06-17`, `2022-06-17 12:00`, `2022-06-17 12:00:01.5`. */
export const moment = (wire: string): string => {
  const [date = '', time = ''] = wire.replace('Z', '').split('T');
  if (/^00:00:00(\.0+)?$/.test(time)) return date;
  const [clock = '', fraction = ''] = time
    .replace(/0+$/, (zeros) => (time.includes('.') ? '' : zeros))
    .split('.');
  const seconds = fraction === '' ? clock : `${clock}.${fraction}`;
  return `${date} ${seconds.endsWith(':00') && fraction === '' ? seconds.slice(0, -3) : seconds}`;
};

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** A time in a sentence: `17 June 2022`, with the time of day unless it is midnight. */
export const spoken = (wire: string): string => {
  const [date = '', ...time] = moment(wire).split(' ');
  const [year = '', month = '', day = ''] = date.split('-');
  const spokenDate = `${Number(day)} ${months[Number(month) - 1]} ${year}`;
  return time.length === 0 ? spokenDate : `${spokenDate}, ${time.join(' ')} UTC`;
};

const valueText = (value: unknown): string => (typeof value === 'string' ? inText(value) : String(value));

const scopeText = (scope: unknown): string => {
  if (typeof scope !== 'object' || scope === null) return valueText(scope);
  return Object.values(scope).map(valueText).join(', ');
};

const fieldText = (name: string, value: unknown): string => {
  if (name === 'scope') return `of ${scopeText(value)}`;
  if (name === 'over' && typeof value === 'object' && value !== null) {
    const over = Object.entries(value).map(([key, of]) => `${key} ${scopeText(of)}`);
    return `over ${over.join(' ')}`;
  }
  if (name === 'subjects' && Array.isArray(value)) return counted(value.length, 'subject', 'subjects');
  if (name === 'event' && typeof value === 'object' && value !== null && 'id' in value)
    return `event ${valueText(value.id)}`;
  if (name === 'from') return `from ${valueText(value)}`;
  if (name === 'to') return `to ${valueText(value)}`;
  if (name === 'expires') return `until ${moment(String(value))}`;
  if (Array.isArray(value)) return `${name} ${value.map(valueText).join(', ')}`;
  if (typeof value === 'object' && value !== null) return `${name} ${JSON.stringify(value)}`;
  return `${name} ${valueText(value)}`;
};

/** The data of an event in one line. */
export const eventText = ({ data }: WireEvent): string =>
  typeof data === 'object' && data !== null
    ? Object.entries(data)
        .map(([name, value]) => fieldText(name, value))
        .join(' ')
    : '';

/** Who recorded an event, with which scopes: `mover (emit)`. */
export const recorderText = ({ recordedby, authority }: WireEvent): string => {
  const scopes = authority === null ? '' : ` (${authority})`;
  return recordedby === null ? '' : `${recordedby}${scopes}`;
};
