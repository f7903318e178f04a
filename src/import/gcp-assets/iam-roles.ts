/** The actions on data that Google Cloud's predefined roles allow, by their names. */
type Action = 'read' | 'write' | 'delete' | 'administer';

/** The actions of a role. An unknown role may allow anything, so it counts as allowing everything. */
export const actionsOfRole = (role: string): ReadonlyArray<Action> => {
  const name = role.slice(role.lastIndexOf('/') + 1).toLowerCase();
  if (/(owner|admin)$/.test(name)) return ['read', 'write', 'delete', 'administer'];
  if (/(viewer|reader|user)$/.test(name)) return ['read'];
  if (/creator$/.test(name)) return ['write'];
  if (/(editor|writer)$/.test(name)) return ['read', 'write', 'delete'];
  return ['read', 'write', 'delete', 'administer'];
};
