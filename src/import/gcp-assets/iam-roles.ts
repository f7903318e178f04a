/**
 * What the predefined roles of Google Cloud allow with data, by their names.
 */
type Action = 'read' | 'write' | 'delete' | 'administer';

/** The actions of a role. One that is not known may be anything, so that it allows everything here. */
export const actionsOfRole = (role: string): ReadonlyArray<Action> => {
  const name = role.slice(role.lastIndexOf('/') + 1).toLowerCase();
  if (/(owner|admin)$/.test(name)) return ['read', 'write', 'delete', 'administer'];
  if (/(viewer|reader|user)$/.test(name)) return ['read'];
  if (/creator$/.test(name)) return ['write'];
  if (/(editor|writer)$/.test(name)) return ['read', 'write', 'delete'];
  return ['read', 'write', 'delete', 'administer'];
};
