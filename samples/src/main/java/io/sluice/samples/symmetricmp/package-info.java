/** {@code symmetric_mp}: equal processes, each with its own queue of every port. */
package io.sluice.samples.symmetricmp;
