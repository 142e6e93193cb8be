// The package webgpu for tests on a software device (UNROLLED_WEBGPU names this file, WEBGPU_PACKAGE where the package is elsewhere): memory of
// workgroups is not set to zero before they start, which SwiftShader needs up to a second a shader to compile. No shader counts on zeros.
const { create: open } = await import(process.env.WEBGPU_PACKAGE ?? 'webgpu');

export const create = (flags) => open([...flags, 'enable-dawn-features=disable_workgroup_init,allow_unsafe_apis']);
