/** The assurance of an event or a row (R6). */
import { Icon, type IconName } from './icon.tsx';

const meanings: Readonly<Record<string, string>> = {
  claimed: 'claimed: a party says so',
  observed: 'observed: a system or a person saw it',
  verified: 'verified: an independent party checked it',
};

export const AssuranceMark = ({ of }: { of: string }) => (
  <span className={`assurance assurance-${of}`} title={meanings[of]}>
    <Icon name={(of in meanings ? of : 'claimed') as IconName} />
    {of}
  </span>
);
