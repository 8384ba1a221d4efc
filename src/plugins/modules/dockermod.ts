/**
 * Containers, images, networks and volumes of Docker, or of Podman which speaks the same API.
 *
 * Source: read, Salt 3006 (`dockermod`), which 3008 has no more; Docker Engine API 1.41. Differs: needs no further library and no program.
 */
import { defineModule } from '../../kernel/contract/plugin.js';
import { containerFunctions } from './dockermod/container-functions.js';
import { fileFunctions } from './dockermod/file-functions.js';
import { imageFunctions } from './dockermod/image-functions.js';
import { insideFunctions } from './dockermod/inside-functions.js';
import { networkFunctions } from './dockermod/network-functions.js';

export default defineModule({
  name: 'dockermod',
  serves: 'docker',
  doc: 'Containers, images, networks and volumes of Docker or Podman. The option docker.url says where the service listens.',
  card: {
    title: 'Docker and Podman', version: '1.0',
    configuration: {
      'docker.url': 'where the service listens, unix:///var/run/docker.sock when not given', 'docker.version': 'version of the API, the newest when not given',
      'docker-registries': 'registries, each with username and password',
    },
  },
  functions: { ...containerFunctions, ...insideFunctions, ...imageFunctions, ...fileFunctions, ...networkFunctions },
});
