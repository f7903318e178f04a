/** Cloud regions as sites: `aws/eu-west-1`, `gcp/europe-west3`, `azure/westeurope`. */
import { type ForeignEvent, standingEvent } from '../imported/foreign-event.ts';
import { awsRegions } from './aws-regions.ts';
import { azureRegions } from './azure-regions.ts';
import { gcpRegions } from './gcp-regions.ts';

const clouds = {
  aws: { name: 'AWS', regions: awsRegions },
  gcp: { name: 'Google Cloud', regions: gcpRegions },
  azure: { name: 'Azure', regions: azureRegions },
};

/** A cloud provider, which operates its regions. */
export type Cloud = keyof typeof clouds;

export const cloudNames = Object.keys(clouds) as ReadonlyArray<Cloud>;

/** A region of a cloud provider. */
export interface Region {
  readonly cloud: Cloud;
  /** In lower case, without spaces: "West Europe" is `westeurope`. */
  readonly region: string;
}

/** The site of a region. */
export const siteOfRegion = ({ cloud, region }: Region): string => `${cloud}/${region}`;

/** The region with this written name, if it is in the cloud's table. */
export const regionNamed = (cloud: Cloud, written: string): Region | undefined => {
  const region = written.toLowerCase().replaceAll(' ', '');
  return Object.hasOwn(clouds[cloud].regions, region) ? { cloud, region } : undefined;
};

/** The region with this site id, if it is one. */
export const regionOfSite = (site: string): Region | undefined => {
  const slash = site.indexOf('/');
  const cloud = cloudNames.find((each) => each === site.slice(0, slash));
  const region = cloud === undefined ? undefined : regionNamed(cloud, site.slice(slash + 1));
  return region !== undefined && siteOfRegion(region) === site ? region : undefined;
};

/** The registration of a region as a site, with the provider's published location. */
export const regionRegistered = (source: string, { cloud, region }: Region): ForeignEvent => {
  const { name, regions } = clouds[cloud];
  const [country, place] = regions[region]!;
  return standingEvent(source, {
    type: 'SiteRegistered',
    data: {
      site: siteOfRegion({ cloud, region }),
      name: `${name} ${region} (${place})`,
      country,
      operator: cloud,
    },
  });
};
