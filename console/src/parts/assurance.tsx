/**
 * How well something is attested.
 */
import { Icon, type IconName } from './icon.tsx';

const meanings: Readonly<Record<string, string>> = {
  claimed: 'somebody says so',
  observed: 'somebody saw it',
  verified: 'somebody independent checked it',
};

export const AssuranceMark = ({ of }: { of: string }) => (
  <span className={`assurance assurance-${of}`} title={meanings[of]}>
    <Icon name={(of in meanings ? of : 'claimed') as IconName} />
    {of}
  </span>
);
