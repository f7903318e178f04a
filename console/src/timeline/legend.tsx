/** The legend of the time scrubber's bars. */
import { Icon } from '../parts/icon.tsx';

export const Legend = () => (
  <ul className="legend" aria-label="What the bars mean">
    <li>
      <span className="sample bar-live" /> live
    </li>
    <li>
      <span className="sample bar-backup" /> backup
    </li>
    <li>
      <span className="sample bar-backup">
        <span className="overdue" />
      </span>{' '}
      overdue
    </li>
    <li>
      <span className="sample bar-live attested-observed" /> observed or better
    </li>
    <li>
      <Icon name="late" className="late-mark" /> learned later
    </li>
  </ul>
);
