/** The icons beside words. */
const paths = {
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.3 10.3 14 14',
  close: 'M4 4l8 8M12 4l-8 8',
  next: 'M3 8h9M8.5 4.5 12 8l-3.5 3.5',
  back: 'M10 3.5 5.5 8l4.5 4.5',
  forward: 'M6 3.5 10.5 8 6 12.5',
  down: 'M8 2.5v8M4.5 7.5 8 11l3.5-3.5M3 13.5h10',
  up: 'M3.5 10 8 5.5l4.5 4.5',
  tall: 'M8 2v12M5 5l3-3 3 3M5 11l3 3 3-3',
  fold: 'M3.5 6 8 10.5 12.5 6',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  fit: 'M2.5 8h11M5 5.5 2.5 8 5 10.5M11 5.5 13.5 8 11 10.5',
  link: 'M6.5 9.5l3-3M7 4.5l1.6-1.6a2.8 2.8 0 0 1 4 4L11 8.5M9 11.5l-1.6 1.6a2.8 2.8 0 0 1-4-4L5 7.5',
  pin: 'M8 9.5V14M5 2.5h6M6 2.5V7L4 9.5h8L10 7V2.5',
  warning: 'M8 2 14.5 13.5h-13ZM8 6.5v3.2M8 11.4v.4',
  question: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM6.3 6.4a1.8 1.8 0 1 1 2.5 1.7c-.6.3-.8.6-.8 1.2M8 11.3v.3',
  clock: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM8 4.8V8l2.3 1.6',
  late: 'M8 2.2 13.8 8 8 13.8 2.2 8Z',
  claimed: 'M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3Z',
  observed: 'M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3ZM8 6.7a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.6Z',
  verified: 'M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3ZM5.7 8.1l1.6 1.6 3-3.2',
  live: 'M8 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7Z',
  backup: 'M3 4.5h10v2.5H3ZM4 7v5h8V7M6.5 9.2h3',
  proof: 'M4 2.5h6L12.5 5v8.5H4ZM6 7h4.5M6 9.2h4.5M6 11.2h2.5',
  sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6ZM8 1.8v1.4M8 12.8v1.4M1.8 8h1.4M12.8 8h1.4M3.6 3.6l1 1M11.4 11.4l1 1M12.4 3.6l-1 1M4.6 11.4l-1 1',
  moon: 'M13 9.6A5.5 5.5 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.6Z',
  play: 'M5 3.5v9l7-4.5Z',
  calendar: 'M2.5 4h11v9.5h-11ZM2.5 7h11M5.5 2.5v3M10.5 2.5v3',
  keys: 'M2 4.5h12v7H2ZM4.5 6.8h.1M7 6.8h.1M9.3 6.8h.1M11.6 6.8h.1M5.5 9.3h5',
  print: 'M4.5 6V2.5h7V6M4.5 11H2.5V6h11v5h-2M4.5 9.2h7v4.3h-7Z',
} as const;

export type IconName = keyof typeof paths;

/** An icon. Screen readers skip it, because the words beside it say the same. */
export const Icon = ({ name, className = '' }: { name: IconName; className?: string }) => (
  <svg className={`icon icon-${name} ${className}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    <path d={paths[name]} />
  </svg>
);
