/** A package that tests make: a name, a version, one file. */
export interface MadePackage {
  readonly name: string;
  /** As the package manager shows it. */
  readonly version: string;
  readonly needs?: readonly string[];
}

/** The file of a package, and what is in it. */
export const fileOf = ({ name }: MadePackage): string => `/opt/made/${name}`;
export const textOf = ({ name, version }: MadePackage): string => `${name} ${version}\n`;
