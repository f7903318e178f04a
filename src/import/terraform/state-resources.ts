/** The resources in a Terraform state: the state file (version 4), or the output of `terraform show -json`. */
import { itemsAt, objectIn, valueAt } from '../imported/record-fields.ts';

const modulesDeepMax = 100;

const ofModule = (module: unknown, deep: number): ReadonlyArray<unknown> => [
  ...itemsAt(module, 'resources'),
  ...(deep >= modulesDeepMax
    ? []
    : itemsAt(module, 'child_modules').flatMap((child) => ofModule(child, deep + 1))),
];

/** Each instance of each resource, as `{ mode, type, name, values }`. */
export const resourcesOfState = (document: unknown): ReadonlyArray<unknown> => {
  if (objectIn(valueAt(document, 'values', 'root_module')) !== undefined)
    return ofModule(valueAt(document, 'values', 'root_module'), 0);
  if (objectIn(document) === undefined || !Array.isArray(valueAt(document, 'resources'))) return [document];
  return itemsAt(document, 'resources').flatMap((resource) => {
    const { instances: _, ...described } = objectIn(resource) ?? {};
    return itemsAt(resource, 'instances').map((instance) => ({
      ...described,
      values: valueAt(instance, 'attributes'),
    }));
  });
};
