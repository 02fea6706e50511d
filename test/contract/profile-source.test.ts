import { fileStore } from '../../src/adapters/host/fs-store.ts';
import { shippedProfiles } from '../../src/adapters/host/shipped-profiles.ts';
import { profileSourceContract } from './profile-source.ts';

profileSourceContract('shipped with the package', () => shippedProfiles(fileStore()));
