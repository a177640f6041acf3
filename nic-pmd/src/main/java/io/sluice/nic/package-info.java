/** ethdev: ports, their queues and statistics; one package below for each driver. */
package io.sluice.nic;
