/** {@code hotplug_mp}: devices attached in one process show in all. */
package io.sluice.samples.hotplugmp;
