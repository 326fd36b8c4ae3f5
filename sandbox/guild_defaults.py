"""What every server's JSON has in it, the same in all of them."""

from __future__ import annotations

from typing import Any

GUILD_DEFAULTS: dict[str, Any] = {
    "icon": None,
    "icon_hash": None,
    "splash": None,
    "discovery_splash": None,
    "home_header": None,
    "banner": None,
    "description": None,
    "afk_channel_id": None,
    "afk_timeout": 300,
    "widget_enabled": False,
    "widget_channel_id": None,
    "verification_level": 0,
    "default_message_notifications": 1,
    "explicit_content_filter": 0,
    "emojis": [],
    "stickers": [],
    "features": [],
    "mfa_level": 0,
    "application_id": None,
    "system_channel_id": None,
    "system_channel_flags": 0,
    "rules_channel_id": None,
    "public_updates_channel_id": None,
    "safety_alerts_channel_id": None,
    "max_presences": None,
    "max_members": 500000,
    "max_video_channel_users": 25,
    "max_stage_video_channel_users": 50,
    "vanity_url_code": None,
    "premium_tier": 0,
    "premium_subscription_count": 0,
    "premium_progress_bar_enabled": False,
    "nsfw": False,
    "nsfw_level": 0,
    "hub_type": None,
    "latest_onboarding_question_id": None,
    "incidents_data": None,
    "inventory_settings": None,
    "region": "deprecated",
}
"""Fields of Discord's guild object."""
