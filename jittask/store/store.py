"""The run store's one door: everything that is kept about runs goes through here."""

from __future__ import annotations

from jittask.store.facade.blocked_methods import BlockedMethods
from jittask.store.facade.claiming_methods import ClaimingMethods
from jittask.store.facade.control_methods import ControlMethods
from jittask.store.facade.fleet_methods import FleetMethods
from jittask.store.facade.membership_methods import MembershipMethods
from jittask.store.facade.notice_methods import NoticeMethods
from jittask.store.facade.planning_methods import PlanningMethods
from jittask.store.reader import StoreReader


class Store(
    PlanningMethods,
    ClaimingMethods,
    MembershipMethods,
    FleetMethods,
    ControlMethods,
    BlockedMethods,
    NoticeMethods,
    StoreReader,
):
    """Everything that can be read of the store and written to it; each call is one transaction."""
